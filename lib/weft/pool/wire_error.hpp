#pragma once

#include <weft/pool/encoder.hpp>

#include <exception>

namespace weft::detail {

/// Takes an exception down. These come back as themselves: every type of <stdexcept>, std::system_error and boost's with their
/// code (a code of a category that the receiver cannot name: as std::runtime_error), std::bad_alloc, cancelled, timed_out, queue_closed, queue_full, queue_empty,
/// codec_error, remote_error. Anything else comes back as a remote_error with its type and text; of a class derived from
/// std::system_error, the std::system_error.
void encode_error(encoder& to, const std::exception_ptr& error);

/// Never null. Throws codec_error.
[[nodiscard]] std::exception_ptr decode_error(decoder& from);

}  // namespace weft::detail
