#include "chat/ipmsg/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weft::chat_app::ipmsg {

std::string hex(std::uint64_t value) {
  std::array<char, 20> text{};
  const auto [end, ignored] = std::to_chars(text.data(), text.data() + text.size(), value, 16);
  return {text.data(), end};
}

std::string_view take_field(std::string_view& rest) {
  const auto end = std::min(rest.find(':'), rest.size());
  const auto field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

std::string take_name(std::string_view& rest) {
  std::string name;
  while (!rest.empty()) {
    const char first = rest.front();
    rest.remove_prefix(1);
    if (first == ':' && !rest.starts_with(':')) return name;
    if (first == ':') rest.remove_prefix(1);
    name += first;
  }
  return name;
}

std::string name_field(std::string_view name) {
  std::string field;
  for (const char c : name) field += c == ':' ? std::string("::") : std::string(1, c);
  return field;
}

}  // namespace weft::chat_app::ipmsg
