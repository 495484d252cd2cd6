#include "chat/ipmsg/text_encoding.hpp"

#include <iconv.h>

#include <optional>

#include <weft/base/scope_exit.hpp>
#include <weft/base/text.hpp>

namespace weft::chat_app::ipmsg {
namespace {

/// Nothing when any of it is not of this encoding, or the system does not know it.
std::optional<std::string> converted(std::string_view bytes, const char* from) {
  const auto converter = ::iconv_open("UTF-8", from);
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  const scope_exit closing([converter] { ::iconv_close(converter); });
  std::string in(bytes);
  std::string out(4 * bytes.size() + 4, '\0');
  char* next_in = in.data();
  char* next_out = out.data();
  std::size_t left_in = in.size();
  std::size_t left_out = out.size();
  if (::iconv(converter, &next_in, &left_in, &next_out, &left_out) == static_cast<std::size_t>(-1)) return std::nullopt;
  out.resize(out.size() - left_out);
  return out;
}

}  // namespace

std::string decoded(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  for (const char* encoding : {"GB18030", "CP932", "ISO-8859-1"}) {
    if (auto text = converted(bytes, encoding)) return *text;
  }
  return std::string(bytes);
}

}  // namespace weft::chat_app::ipmsg
