#include <weft/net/connect.hpp>

#include <weft/core/spawn.hpp>
#include <weft/net/listener.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "net/silent_port.hpp"

using namespace weft;
using namespace std::chrono_literals;

namespace {

net::tcp_endpoint loopback(std::uint16_t port) { return {boost::asio::ip::address_v4::loopback(), port}; }

net::tcp_endpoint endpoint(const char* text) { return net::parse_endpoint(text).value(); }

/// A port on which nothing listens while this object lives: bound without listen, the kernel answers with a reset.
class refusing_port {
 public:
  refusing_port() : socket_(this_loop().get_executor(), loopback(0)) {}
  [[nodiscard]] net::tcp_endpoint endpoint() const { return socket_.local_endpoint(); }

 private:
  net::tcp_socket::asio_socket socket_;
};

/// What connecting fails with; none when it succeeds.
task<std::optional<net::connect_error>> failure_of(std::vector<net::tcp_endpoint> endpoints,
                                                   net::connect_options options = {}) {
  try {
    const auto socket = co_await net::connect(std::move(endpoints), options);
  } catch (const net::connect_error& error) {
    co_return error;
  }
  co_return std::nullopt;
}

}  // namespace

TEST_CASE("interleave_families: the families take turns, beginning with the first one's, each in its order") {
  const std::vector<net::tcp_endpoint> given{endpoint("[::1]:1"), endpoint("[::2]:1"), endpoint("[::3]:1"),
                                             endpoint("1.1.1.1:1"), endpoint("2.2.2.2:1")};
  const std::vector<net::tcp_endpoint> wanted{endpoint("[::1]:1"), endpoint("1.1.1.1:1"), endpoint("[::2]:1"),
                                              endpoint("2.2.2.2:1"), endpoint("[::3]:1")};
  CHECK(net::interleave_families(given) == wanted);
  CHECK(net::interleave_families({}).empty());
  const std::vector<net::tcp_endpoint> unbalanced{endpoint("1.1.1.1:1"), endpoint("[::1]:1"), endpoint("[::2]:1"),
                                                  endpoint("[::3]:1")};
  CHECK(net::interleave_families(unbalanced) == unbalanced);
}

TEST_CASE("connect: by host and service, and the socket does not hold back small writes") {
  testkit::run([]() -> task<> {
    auto listener = net::listen("127.0.0.1", 0);
    auto near = co_await net::connect("localhost", std::to_string(listener.port()));
    auto far = co_await listener.accept();
    CHECK(near.remote_endpoint() == far.local_endpoint());
    boost::asio::ip::tcp::no_delay option;
    near.asio().get_option(option);
    CHECK(option.value());
    auto other = co_await net::connect("127.0.0.1", listener.port());
    CHECK(other.is_open());
  });
}

TEST_CASE("connect: a refused connection names the host, the address and the reason") {
  testkit::run([]() -> task<> {
    const refusing_port port;
    const std::vector<net::tcp_endpoint> endpoints{port.endpoint()};
    const auto error = co_await failure_of(endpoints);
    REQUIRE(error);
    CHECK(error->code() == boost::asio::error::connection_refused);
    REQUIRE(error->attempts().size() == 1);
    CHECK(error->attempts().front().endpoint == port.endpoint());
    CHECK(std::string(error->what()) ==
          "cannot connect to '" + net::to_string(port.endpoint()) + "': Connection refused");
  });
}

TEST_CASE("connect: when the first address refuses, the next one is tried at once") {
  testkit::run([]() -> task<> {
    const refusing_port port;
    const auto listener = net::listen("127.0.0.1", 0);
    std::vector<net::tcp_endpoint> endpoints{port.endpoint(), listener.local_endpoint()};
    net::connect_options options;
    options.attempt_delay = 1h;
    const auto socket = co_await net::connect(std::move(endpoints), options);
    CHECK(socket.remote_endpoint() == listener.local_endpoint());
  });
}

TEST_CASE("connect: when the first address does not answer, the next one is tried beside it") {
  testkit::run([]() -> task<> {
    const auto silent = co_await silent_port::make();
    const auto listener = net::listen("127.0.0.1", 0);
    std::vector<net::tcp_endpoint> endpoints{silent.endpoint(), listener.local_endpoint()};
    net::connect_options options;
    options.attempt_delay = 10ms;
    options.timeout = std::nullopt;
    const auto socket = co_await net::connect(std::move(endpoints), options);
    CHECK(socket.remote_endpoint() == listener.local_endpoint());
  });
}

TEST_CASE("connect: every failed attempt is kept, in the order of their ends") {
  testkit::run([]() -> task<> {
    const refusing_port one;
    const refusing_port two;
    const std::vector<net::tcp_endpoint> endpoints{one.endpoint(), two.endpoint()};
    const auto error = co_await failure_of(endpoints);
    REQUIRE(error);
    REQUIRE(error->attempts().size() == 2);
    CHECK(error->attempts()[0].endpoint == one.endpoint());
    CHECK(error->attempts()[1].endpoint == two.endpoint());
    CHECK(std::string(error->what()).find(net::to_string(two.endpoint()) + ": Connection refused") !=
          std::string::npos);
  });
}

TEST_CASE("connect: the time limit ends all attempts, and what failed before is told") {
  testkit::run([]() -> task<> {
    const refusing_port refused;
    const auto silent = co_await silent_port::make();
    net::connect_options options;
    options.timeout = 20ms;
    const std::vector<net::tcp_endpoint> one{silent.endpoint()};
    const auto alone = co_await failure_of(one, options);
    REQUIRE(alone);
    CHECK(alone->code() == boost::asio::error::timed_out);
    const std::vector<net::tcp_endpoint> both{refused.endpoint(), silent.endpoint()};
    const auto beside = co_await failure_of(both, options);
    REQUIRE(beside);
    CHECK(beside->code() == boost::asio::error::timed_out);
    REQUIRE(beside->attempts().size() == 1);
    CHECK(beside->attempts().front().endpoint == refused.endpoint());
  });
}

TEST_CASE("connect: a kill ends one attempt, and several beside each other") {
  testkit::run([]() -> task<> {
    const auto silent = co_await silent_port::make();
    for (const std::size_t count : {1U, 3U}) {
      CAPTURE(count);
      net::connect_options options;
      options.attempt_delay = 0ms;
      const std::vector<net::tcp_endpoint> endpoints(count, silent.endpoint());
      const auto connecting = spawn(failure_of, endpoints, options);
      for (int i = 0; i < 10; ++i) co_await yield();
      CHECK_FALSE(connecting.ready());
      co_await connecting.kill_join("test");
      CHECK(connecting.killed());
    }
  });
}

TEST_CASE("connect: an empty list of addresses is an error") {
  testkit::run([]() -> task<> {
    std::vector<net::tcp_endpoint> none;
    const auto error = co_await failure_of(none);
    REQUIRE(error);
    CHECK(error->code() == net::resolve_errc::no_address);
  });
}
