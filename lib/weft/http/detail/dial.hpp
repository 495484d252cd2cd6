#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/http/client.hpp>
#include <weft/http/detail/connection.hpp>
#include <weft/http/response.hpp>
#include <weft/http/url.hpp>

#include <memory>

namespace weft::http::detail {

/// A new connection to an address's origin: lookup, address filter, connect and, for https, the TLS handshake.
///
/// `times` are filled in relative to `started`. The references must outlive the task.
/// Errors: http::error of the phases resolve, connect and tls.
task<std::unique_ptr<connection>> dial(const url& address, const client_options& options, time_point started,
                                       timings& times);

}  // namespace weft::http::detail
