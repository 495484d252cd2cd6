#include <weft/base/error.hpp>

#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <string>
#include <string_view>

namespace {

TEST_CASE("throw_errno: the message names the thing and the code is kept") {
  try {
    weft::throw_errno(ENOENT, "cannot open 'a.jpg'");
  } catch (const boost::system::system_error& e) {
    CHECK(e.code().value() == ENOENT);
    CHECK(std::string_view(e.what()).starts_with("cannot open 'a.jpg': No such file"));
    return;
  }
  FAIL("nothing was thrown");
}

TEST_CASE("throw_error: carries any category's code") {
  const auto code = make_error_code(boost::system::errc::timed_out);
  CHECK_THROWS_AS(weft::throw_error(code, "cannot connect"), boost::system::system_error);
}

TEST_CASE("throw_error: the message has no place in the sources of a library, also where the code has one") {
  static constexpr boost::source_location place = BOOST_CURRENT_LOCATION;
  const boost::system::error_code code(ENOENT, boost::system::system_category(), &place);
  std::string told;
  try {
    weft::throw_error(code, "cannot open 'a.jpg'");
  } catch (const boost::system::system_error& error) {
    told = error.what();
  }
  CHECK(told == "cannot open 'a.jpg': No such file or directory [system:2]");
}

}  // namespace
