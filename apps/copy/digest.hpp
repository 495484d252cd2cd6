#pragma once

#include <string>

namespace weft::copy_app {

/// The SHA-256 of an open file, from its beginning to its end, in hexadecimal digits. Blocking.
/// Errors: boost::system::system_error when it cannot be read; std::runtime_error from OpenSSL.
std::string sha256_of(int descriptor);

}  // namespace weft::copy_app
