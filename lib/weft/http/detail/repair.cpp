#include <weft/http/detail/repair.hpp>

#include <weft/base/text.hpp>
#include <weft/http/detail/percent.hpp>
#include <weft/http/error.hpp>

#include <array>
#include <cstdint>

namespace weft::http::detail {
namespace {

enum class byte_class : std::uint8_t { plain, encode, refuse };

constexpr std::array<byte_class, 256> make_table() {
  std::array<byte_class, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = i < 0x20 || i == 0x7F ? byte_class::refuse : i >= 0x80 ? byte_class::encode : byte_class::plain;
  }
  for (const char c : std::string_view(" \"<>\\^`{|}[]")) table[static_cast<std::uint8_t>(c)] = byte_class::encode;
  return table;
}

constexpr auto table = make_table();

[[noreturn]] void fail(const char* why) { throw error(error_kind::invalid_url, error_phase::prepare, why); }

constexpr bool is_hex(char c) noexcept {
  const char lower = to_lower(c);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

/// Is the '%' at `at` followed by two hexadecimal digits?
constexpr bool is_escape(std::string_view text, std::size_t at) noexcept {
  return at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2]);
}

struct authority_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where the authority of an absolute or network-path reference stands; empty when there is none.
authority_range find_authority(std::string_view text) noexcept {
  std::size_t begin = 0;
  const std::size_t delimiter = text.find_first_of(":/?#");
  if (delimiter != std::string_view::npos && text[delimiter] == ':') begin = delimiter + 1;
  if (text.substr(begin, 2) != "//") return {};
  begin += 2;
  const std::size_t end = text.find_first_of("/?#\\", begin);
  return {begin, end == std::string_view::npos ? text.size() : end};
}

bool is_clean(std::string_view text) {
  bool clean = true;
  bool fragment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const byte_class kind = table[static_cast<std::uint8_t>(c)];
    if (kind == byte_class::refuse) fail("control byte in the address");
    if (kind == byte_class::encode) clean = false;
    if (c == '%' && !is_escape(text, i)) clean = false;
    if (c == '#') {
      clean = clean && !fragment;
      fragment = true;
    }
  }
  return clean;
}

void append_encoded(std::string& out, std::string_view text) {
  bool fragment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    bool encode = table[static_cast<std::uint8_t>(c)] == byte_class::encode;
    if (c == '%') encode = !is_escape(text, i);
    if (c == '#') {
      encode = fragment;
      fragment = true;
    }
    if (encode) {
      append_percent(out, c);
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string_view repair(std::string_view text, std::string& storage) {
  const auto [begin, end] = find_authority(text);
  if (begin != 0 && end < text.size() && text[end] == '\\') fail("backslash after the host");
  const std::string_view authority = text.substr(begin, end - begin);
  if (authority.find('@') != authority.rfind('@')) fail("more than one '@' in front of the host");
  bool host_clean = true;
  for (const char c : authority) {
    if (table[static_cast<std::uint8_t>(c)] == byte_class::refuse) fail("control byte in the address");
    host_clean = host_clean && static_cast<std::uint8_t>(c) < 0x80;
  }
  const std::string_view tail = text.substr(end);
  if (is_clean(tail) && host_clean) return text;

  storage.assign(text.substr(0, begin));
  if (host_clean) {
    storage += authority;
  } else {
    append_encoded(storage, authority);
  }
  append_encoded(storage, tail);
  return storage;
}

std::string without_userinfo(std::string_view text) {
  const auto [begin, end] = find_authority(text);
  const std::size_t at = text.substr(begin, end - begin).rfind('@');
  std::string out(text);
  if (at != std::string_view::npos) out.erase(begin, at + 1);
  return out;
}

}  // namespace weft::http::detail
