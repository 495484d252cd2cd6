#pragma once

#include <weft/net/resolver.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace weft::net::detail {

/// getaddrinfo: the order of RFC 6724, without duplicates. Blocks. Threads: any.
[[nodiscard]] lookup_result system_lookup(const std::string& host, address_family family);

/// The TCP port of a service, from a short list and then from /etc/services. Threads: any.
[[nodiscard]] std::optional<std::uint16_t> known_service(const std::string& service);

}  // namespace weft::net::detail
