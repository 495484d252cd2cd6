#include <weft/base/error.hpp>

#include <boost/system/system_error.hpp>

namespace weft {

void throw_errno(int error_number, const std::string& what) {
  throw boost::system::system_error(error_number, boost::system::system_category(), what);
}

void throw_error(const boost::system::error_code& code, const std::string& what) {
  // Made anew: without the place in Asio's sources, which is no news to who reads the message.
  throw boost::system::system_error(code.value(), code.category(), what);
}

}  // namespace weft
