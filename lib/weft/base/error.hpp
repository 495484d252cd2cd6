#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace weft {

/// Throws boost::system::system_error for an errno value; `what` names the action and the thing: "cannot open 'a.jpg'".
[[noreturn]] void throw_errno(int error_number, const std::string& what);

/// Throws boost::system::system_error for an error code; `what` as for throw_errno.
[[noreturn]] void throw_error(const boost::system::error_code& code, const std::string& what);

}  // namespace weft
