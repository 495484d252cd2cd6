#include <weft/net/listener.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/testkit/run.hpp>

#include "net/ipv6.hpp"

#include <doctest/doctest.h>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <string>

using namespace weft;

TEST_CASE("listen: names the port the system chose, and an address in use is an error that names it") {
  testkit::run([]() -> task<> {
    const auto listener = net::listen("127.0.0.1", 0);
    CHECK(listener.port() != 0);
    const std::string what =
        "cannot listen on '127.0.0.1:" + std::to_string(listener.port()) + "': Address already in use";
    std::string told;
    try {
      const auto second = net::listen("127.0.0.1", listener.port());
    } catch (const boost::system::system_error& error) {
      told = error.what();
    }
    CHECK(told.starts_with(what));
    CHECK_THROWS_AS((void)net::listen("example.test", 0), boost::system::system_error);
    co_return;
  });
}

TEST_CASE("listen, udp_bind, connect: messages have brackets around an IPv6 address" * doctest::skip(!has_ipv6())) {
  testkit::run([]() -> task<> {
    const auto message = [](auto f) -> std::string {
      try {
        f();
      } catch (const boost::system::system_error& error) {
        return error.what();
      }
      return "";
    };
    const std::string of_listen = message([] { (void)net::listen("2001:db8::1", 80); });
    CHECK(of_listen.starts_with("cannot listen on '[2001:db8::1]:80': "));
    const std::string of_bind = message([] { (void)net::udp_bind("[2001:db8::1]", 80); });
    CHECK(of_bind.starts_with("cannot bind to '[2001:db8::1]:80': "));
    // Bound, so that no one else gets it; and nobody listens.
    const net::tcp_socket::asio_socket closed(this_loop().get_executor(),
                                              net::tcp_endpoint(net::parse_address("::1").value(), 0));
    const std::uint16_t port = closed.local_endpoint().port();
    std::string of_connect;
    try {
      (void)co_await net::connect("::1", port);
    } catch (const boost::system::system_error& error) {
      of_connect = error.what();
    }
    CHECK(of_connect.starts_with("cannot connect to '[::1]:" + std::to_string(port) + "': "));
  });
}

TEST_CASE("listen: a shared port can be listened on twice, and no host means all addresses") {
  testkit::run([]() -> task<> {
    net::listen_options shared;
    shared.sharing = net::port_sharing::shared;
    const auto one = net::listen("127.0.0.1", 0, shared);
    const auto two = net::listen("127.0.0.1", one.port(), shared);
    CHECK(one.port() == two.port());
    auto any = net::listen("", 0);
    auto near = co_await net::connect("127.0.0.1", any.port());
    auto far = co_await any.accept();
    CHECK(far.remote_endpoint().port() == near.local_endpoint().port());
  });
}

TEST_CASE("listener: a kill ends accept, and closing ends it with an error") {
  testkit::run([]() -> task<> {
    auto listener = net::listen("127.0.0.1", 0);
    auto accept = [&listener]() -> task<> { co_await listener.accept(); };
    const auto first = spawn(accept);
    co_await yield();
    co_await yield();
    co_await first.kill_join("test");
    CHECK(first.killed());
    const auto second = spawn(accept);
    co_await yield();
    co_await yield();
    listener.close();
    listener.close();
    co_await second.join();
    CHECK(second.failed());
    CHECK_THROWS_AS(std::rethrow_exception(second.error()), boost::system::system_error);
  });
}
