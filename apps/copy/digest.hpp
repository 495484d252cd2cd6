#pragma once

#include <functional>
#include <string>

namespace weft::copy_app {

/// The SHA-256 of an open file, from its beginning to its end, in hexadecimal digits. Blocking; `between` is called now and
/// then meanwhile. Errors: boost::system::system_error when it cannot be read; std::runtime_error from OpenSSL; what
/// `between` throws.
std::string sha256_of(int descriptor, const std::function<void()>& between);

}  // namespace weft::copy_app
