#include <weft/base/error.hpp>

#include <boost/system/system_error.hpp>

namespace weft {

void throw_errno(int error_number, const std::string& what) {
  throw boost::system::system_error(error_number, boost::system::system_category(), what);
}

void throw_error(const boost::system::error_code& code, const std::string& what) {
  throw boost::system::system_error(code, what);
}

}  // namespace weft
