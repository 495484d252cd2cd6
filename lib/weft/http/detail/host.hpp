#pragma once

#include <string>
#include <string_view>

namespace weft::http::detail {

/// Appends a host as given in an address (percent-encoded UTF-8 allowed, IPv6 in brackets) in normal form: lower case,
/// IDNA A-labels (UTS 46, non-transitional), IPv6 by RFC 5952.
/// Errors: http::error invalid_url for what is no host name and for IPv4 in any form but four decimal numbers.
void append_host(std::string& out, std::string_view encoded);

}  // namespace weft::http::detail
