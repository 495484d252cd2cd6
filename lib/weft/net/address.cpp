#include <algorithm>
#include <cstdint>
#include <weft/base/parse.hpp>
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

std::string to_string(const tcp_endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

bool is_localhost(std::string_view host) noexcept {
  constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < name.size()) return false;
  const auto tail = host.substr(host.size() - name.size());
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (!std::equal(tail.begin(), tail.end(), name.begin(), same)) return false;
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

}  // namespace weft::net
