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

}  // namespace weft::net::detail
