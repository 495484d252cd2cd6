#include <algorithm>
#include <cstdint>
#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>
#include <weft/net/address.hpp>

namespace weft::net {

std::optional<ip_address> parse_address(std::string_view text) {
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(text, failure);
  if (failure || (bracketed && !address.is_v6())) return std::nullopt;
  return address;
}

bool ends_in_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string_view last = host.substr(host.rfind('.') + 1);
  const bool hexadecimal = last.size() >= 2 && last[0] == '0' && to_lower(last[1]) == 'x';
  if (hexadecimal) last.remove_prefix(2);
  const auto is_digit = [hexadecimal](char c) {
    return (c >= '0' && c <= '9') || (hexadecimal && to_lower(c) >= 'a' && to_lower(c) <= 'f');
  };
  return (hexadecimal || !last.empty()) && std::all_of(last.begin(), last.end(), is_digit);
}

std::optional<tcp_endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto host = text.substr(0, colon);
  const auto address = parse_address(host);
  if (!address || (address->is_v6() && host.front() != '[')) return std::nullopt;
  const auto port = parse_integer<std::uint16_t>(text.substr(colon + 1));
  if (!port) return std::nullopt;
  return tcp_endpoint(*address, *port);
}

ip_address unmapped(const ip_address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
}

std::string to_string(const udp_endpoint& endpoint) {
  return to_string(tcp_endpoint(endpoint.address(), endpoint.port()));
}

std::string to_string(const tcp_endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

bool is_localhost(std::string_view host) noexcept {
  constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < name.size()) return false;
  if (!iequals(host.substr(host.size() - name.size()), name)) return false;
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

}  // namespace weft::net
