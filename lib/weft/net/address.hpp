#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace weft::net {

using ip_address = boost::asio::ip::address;
using tcp_endpoint = boost::asio::ip::tcp::endpoint;
using udp_endpoint = boost::asio::ip::udp::endpoint;

/// The IPv4 or IPv6 address that `text` is, with or without brackets around an IPv6 one; nothing for a name.
/// Strict: no octal, hexadecimal or shortened IPv4 forms.
[[nodiscard]] std::optional<ip_address> parse_address(std::string_view text);

/// Whether the last label of a host is a number, decimal or hexadecimal, with or without a dot behind it: what inet_aton
/// and browsers (WHATWG URL, "ends in a number") read as an IPv4 address, in forms such as 127.1, 0x7f000001 and
/// 017700000001. weft reads only what parse_address() does, and takes no such host for a name.
[[nodiscard]] bool ends_in_number(std::string_view host) noexcept;

/// "192.0.2.1:80" or "[2001:db8::1]:80"; nothing for anything else.
[[nodiscard]] std::optional<tcp_endpoint> parse_endpoint(std::string_view text);

/// The form parse_endpoint() reads.
[[nodiscard]] std::string to_string(const tcp_endpoint& endpoint);
[[nodiscard]] std::string to_string(const udp_endpoint& endpoint);

/// The IPv4 address that an IPv4-mapped IPv6 one ("::ffff:192.0.2.1") stands for; any other address itself.
[[nodiscard]] ip_address unmapped(const ip_address& address);

/// Whether RFC 6761 section 6.3 makes `host` the loopback: "localhost" and everything under it, in any case.
[[nodiscard]] bool is_localhost(std::string_view host) noexcept;

}  // namespace weft::net
