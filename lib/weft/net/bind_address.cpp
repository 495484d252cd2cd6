#include <weft/net/bind_address.hpp>

#include <weft/base/error.hpp>

#include <cerrno>

namespace weft::net::detail {

std::optional<ip_address> bind_address(std::string_view host, const std::string& what) {
  if (host.empty() || host == "*") return std::nullopt;
  if (is_localhost(host)) return boost::asio::ip::address_v4::loopback();
  if (const auto address = parse_address(host)) return address;
  throw_errno(EADDRNOTAVAIL, what);
}

std::string host_and_port(std::string_view host, std::string_view port) {
  const bool needs_brackets = host.find(':') != std::string_view::npos && !host.starts_with('[');
  std::string text = needs_brackets ? "[" + std::string(host) + "]" : std::string(host);
  return text.append(":").append(port);
}

}  // namespace weft::net::detail
