#include <weft/net/unix_socket.hpp>
#include <weft/testkit/check_stream.hpp>
#include <weft/testkit/memory_stream.hpp>
#include <weft/testkit/run.hpp>
#include <weft/tls/connect.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support.hpp"

using namespace weft;
using namespace support;

namespace {

using tls_ends = std::pair<tls::stream, tls::stream>;

template <class Stream>
task<tls_ends> shake_hands_over(Stream near, Stream far, const world& of) {
  const auto accepting = spawn(tls::server_handshake_over, tls::make_transport(std::move(far)), of.server);
  auto client = co_await tls::client_handshake_over(tls::make_transport(std::move(near)), "a.test", of.client);
  auto server = co_await accepting;
  co_return tls_ends(std::move(client), std::move(server));
}

}  // namespace

TEST_CASE("tls: a stream over TCP passes the checks of every stream") {
  testkit::run([]() -> task<> {
    world here;
    auto make = [&]() -> task<tls_ends> {
      auto ends = co_await here.connect();
      co_return tls_ends(std::move(ends.near), std::move(ends.far));
    };
    co_await testkit::check_stream(make);
  });
}

TEST_CASE("tls: a stream over memory passes the checks of every stream") {
  testkit::run([]() -> task<> {
    const world here;
    auto make = [&]() -> task<tls_ends> {
      auto ends = testkit::memory_streams();
      co_return co_await shake_hands_over(std::move(ends.first), std::move(ends.second), here);
    };
    co_await testkit::check_stream(make);
  });
}

TEST_CASE("tls: a stream over a Unix socket, and one within a TLS stream, pass the checks of every stream") {
  testkit::run([]() -> task<> {
    const world here;
    auto over_unix = [&]() -> task<tls_ends> {
      auto ends = net::unix_pair();
      co_return co_await shake_hands_over(std::move(ends.first), std::move(ends.second), here);
    };
    co_await testkit::check_stream(over_unix);
    auto within = [&]() -> task<tls_ends> {
      auto ends = co_await over_unix();
      co_return co_await shake_hands_over(std::move(ends.first), std::move(ends.second), here);
    };
    co_await testkit::check_stream(within);
  });
}

TEST_CASE("tls: over a transport that just ends the stream is truncated, and a shutdown ends it well") {
  testkit::run([]() -> task<> {
    const world here;
    for (const bool orderly : {false, true}) {
      auto ends = testkit::memory_streams();
      auto pair = co_await shake_hands_over(std::move(ends.first), std::move(ends.second), here);
      auto read = [](tls::stream& from) -> task<> { co_await read_all(from); };
      auto reading = spawn(read, std::ref(pair.second));
      if (orderly) {
        auto close_after = [&]() -> task<> {
          co_await reading.join();
          pair.second.close();
        };
        spawn(close_after);
        co_await pair.first.shutdown();
      } else {
        pair.first.close();
      }
      co_await reading.join();
      CHECK(reading.ok() == orderly);
      if (orderly) continue;
      std::optional<tls::error_kind> kind;
      try {
        co_await reading;
      } catch (const tls::error& error) {
        kind = error.kind();
      }
      CHECK(kind == tls::error_kind::truncated);
    }
  });
}

TEST_CASE("tls: over a transport the peer's certificate is verified too") {
  testkit::run([]() -> task<> {
    const world here;
    auto ends = testkit::memory_streams();
    const auto accepting = spawn(tls::server_handshake_over, tls::make_transport(std::move(ends.second)), here.server);
    const auto kind = co_await kind_of([](auto near, tls::context client) -> task<> {
      (void)co_await tls::client_handshake_over(tls::make_transport(std::move(near)), "other.test", client);
    }(std::move(ends.first), here.client));
    CHECK(kind == tls::error_kind::host_mismatch);
    co_await accepting.join();
    (void)accepting.error();
  });
}
