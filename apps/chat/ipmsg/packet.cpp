#include "chat/ipmsg/packet.hpp"

#include <algorithm>
#include <array>

#include <weft/base/parse.hpp>

namespace weft::chat_app::ipmsg {
namespace {

constexpr std::size_t max_extensions = 8;

/// "1", "1_iptux 0.8.3", "1_lbt6_0#128#…": only the leading number counts.
bool is_known_version(std::string_view text) { return text == "1" || text.starts_with("1_"); }

std::string without_separators(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ':' || c == '\0'; });
  return out;
}

}  // namespace

std::optional<packet> parse_packet(std::string_view datagram) {
  const auto end = datagram.find('\0');
  auto main = datagram.substr(0, end);
  std::array<std::string_view, 5> fields;
  for (auto& field : fields) {
    const auto colon = main.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = main.substr(0, colon);
    main.remove_prefix(colon + 1);
  }
  const auto number = parse_integer<std::uint32_t>(fields[1]);
  const auto command_bits = parse_integer<std::uint32_t>(fields[4]);
  if (!is_known_version(fields[0]) || !number || !command_bits) return std::nullopt;
  packet out;
  out.number = *number;
  out.user = fields[2];
  out.host = fields[3];
  out.command_bits = *command_bits;
  out.text = main;
  auto rest = end == std::string_view::npos ? std::string_view() : datagram.substr(end + 1);
  while (!rest.empty() && out.extensions.size() < max_extensions) {
    const auto next = std::min(rest.find('\0'), rest.size());
    out.extensions.emplace_back(rest.substr(0, next));
    rest.remove_prefix(std::min(next + 1, rest.size()));
  }
  return out;
}

std::string packet_bytes(const packet& one) {
  std::string out = "1:" + std::to_string(one.number) + ":" + without_separators(one.user) + ":" +
                    without_separators(one.host) + ":" + std::to_string(one.command_bits) + ":" + one.text;
  out += '\0';
  for (const auto& extension : one.extensions) {
    out += extension;
    out += '\0';
  }
  return out;
}

}  // namespace weft::chat_app::ipmsg
