#include "common/one_port.hpp"

#include <doctest/doctest.h>

using namespace weft;

namespace {

[[noreturn]] void refuse(const boost::system::error_code& why) { throw boost::system::system_error(why); }

}  // namespace

TEST_CASE("open_on_one_port: another port is tried where one was free for one protocol only, if it may be any") {
  int calls = 0;
  const auto third_time = [&calls](std::uint16_t port) {
    if (++calls < 3) refuse(boost::asio::error::address_in_use);
    return port + calls;
  };
  CHECK(app::open_on_one_port(0, third_time) == 3);
  calls = 0;
  CHECK_THROWS_AS(app::open_on_one_port(7007, third_time), boost::system::system_error);
  CHECK(calls == 1);
}

TEST_CASE("open_on_one_port: gives up where no port is free, and at once for another reason") {
  int calls = 0;
  const auto never = [&calls](std::uint16_t) -> int {
    ++calls;
    refuse(boost::asio::error::address_in_use);
  };
  CHECK_THROWS_AS(app::open_on_one_port(0, never), boost::system::system_error);
  CHECK(calls > 10);
  calls = 0;
  const auto forbidden = [&calls](std::uint16_t) -> int {
    ++calls;
    refuse(boost::asio::error::access_denied);
  };
  CHECK_THROWS_AS(app::open_on_one_port(0, forbidden), boost::system::system_error);
  CHECK(calls == 1);
}
