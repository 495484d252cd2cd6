#pragma once

#include <weft/http/error.hpp>

#include <exception>

namespace weft::http::detail {

/// Turns what a connected stream threw into an error of `phase`; rethrows what is none of a stream's errors.
/// `answered`: a byte of the answer had arrived.
[[nodiscard]] error translate_stream_error(const std::exception_ptr& thrown, error_phase phase, bool answered);

/// The same for lookup, connect and TLS handshake.
[[nodiscard]] error translate_resolve_error(const std::exception_ptr& thrown);
[[nodiscard]] error translate_connect_error(const std::exception_ptr& thrown);
[[nodiscard]] error translate_handshake_error(const std::exception_ptr& thrown);

}  // namespace weft::http::detail
