#pragma once

#include <weft/http/gate.hpp>

#include <cstdint>
#include <string_view>

namespace weft::http {

/// How the end of a body is found (RFC 9112, 6.3).
enum class body_end { none, length, chunked, close };

struct response_framing {
  body_end end = body_end::none;
  std::uint64_t length = 0;  ///< with body_end::length
  bool keeps_alive = false;  ///< may the connection serve another request once the body is read?
};

/// Decides the framing of the answer to a request with `method`.
///
/// Order:  HEAD, 1xx, 204, 304; Transfer-Encoding, which must be exactly "chunked"; Content-Length; until close.
///         Equal Content-Length values count once. Both fields in one answer: chunked wins and the connection is not
///         used again.
/// Errors: http::error protocol_error for any other Transfer-Encoding, one in HTTP/1.0, and a Content-Length that is no
///         number below 2^63 or comes with different values.
[[nodiscard]] response_framing frame_response(std::string_view method, const response_head& head);

}  // namespace weft::http
