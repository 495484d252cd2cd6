#pragma once

#include <weft/net/address.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace weft::net::detail {

/// The address that listen() and udp_bind() take `host` for; nothing for "any", which is tried as IPv6 for both
/// families first. Private to net/. Throws system_error that begins with `what` for a name.
[[nodiscard]] std::optional<ip_address> bind_address(std::string_view host, const std::string& what);

/// "host:port", with brackets around an IPv6 address, for messages.
[[nodiscard]] std::string host_and_port(std::string_view host, std::string_view port);

}  // namespace weft::net::detail
