#include "chat/text_encoding.hpp"

#include <iconv.h>

#include <weft/base/scope_exit.hpp>
#include <weft/base/text.hpp>

namespace weft::chat_app {
namespace {

const auto no_converter = reinterpret_cast<iconv_t>(-1);

/// Nothing when any of it is not of the one encoding, or the system does not know one of them.
std::optional<std::string> converted(std::string_view bytes, const char* from, const char* to) {
  const auto converter = ::iconv_open(to, from);
  if (converter == no_converter) return std::nullopt;
  const scope_exit closing([converter] { ::iconv_close(converter); });
  std::string in(bytes);
  std::string out(4 * bytes.size() + 16, '\0');
  char* next_in = in.data();
  char* next_out = out.data();
  std::size_t left_in = in.size();
  std::size_t left_out = out.size();
  constexpr auto failed = static_cast<std::size_t>(-1);
  if (::iconv(converter, &next_in, &left_in, &next_out, &left_out) == failed) return std::nullopt;
  if (::iconv(converter, nullptr, nullptr, &next_out, &left_out) == failed) return std::nullopt;
  out.resize(out.size() - left_out);
  return out;
}

}  // namespace

bool is_encoding(const std::string& name) {
  const auto converter = ::iconv_open("UTF-8", name.c_str());
  if (converter != no_converter) ::iconv_close(converter);
  return !name.empty() && converter != no_converter;
}

std::string decoded(std::string_view bytes, const std::string& preferred) {
  if (is_utf8(bytes)) return std::string(bytes);
  for (const char* encoding : {preferred.c_str(), "GB18030", "CP932", "ISO-8859-1"}) {
    if (*encoding == '\0') continue;
    if (auto text = converted(bytes, encoding, "UTF-8")) return *text;
  }
  return std::string(bytes);
}

std::optional<std::string> encoded(std::string_view text, const std::string& encoding) {
  return converted(text, "UTF-8", (encoding + "//TRANSLIT").c_str());
}

}  // namespace weft::chat_app
