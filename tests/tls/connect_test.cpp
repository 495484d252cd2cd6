#include <weft/tls/connect.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/scripted_peer.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <string>

#include "support.hpp"

using namespace weft;
using namespace std::chrono_literals;

namespace {

struct localhost {
  certificates::folder files;
  certificates::identity root = files.make({.is_ca = true});
  certificates::identity leaf = files.make({.names = {"DNS:localhost"}}, &root);

  [[nodiscard]] tls::connect_options client() const {
    tls::connect_options options;
    options.tls = support::client_context(root.certificate_file);
    return options;
  }
};

task<> echo(tls::stream stream) {
  std::string buffer(4096, ' ');
  for (;;) {
    const std::size_t got = co_await stream.read_some(buffer);
    if (got == 0) break;
    co_await stream.write_all(std::string_view(buffer).substr(0, got));
  }
  co_await stream.shutdown();
}

task<std::string> ask(std::uint16_t port, tls::connect_options options, std::string text) {
  auto stream = co_await tls::connect("localhost", port, options);
  co_await stream.write_all(text);
  std::string answer(text.size(), ' ');
  co_await stream.read_exactly(answer);
  stream.close();
  co_return answer;
}

}  // namespace

TEST_CASE("tls::connect and tls::serve: many clients at once, and one without TLS does not disturb them") {
  testkit::run([]() -> task<> {
    localhost w;
    auto listener = net::listen("127.0.0.1", 0);
    const auto port = listener.port();
    const auto server =
        spawn(tls::serve, std::move(listener), support::server_context(w.leaf), echo, tls::serve_options());
    auto stranger = co_await net::connect("127.0.0.1", port);
    co_await stranger.write_all("hello\r\n\r\n");
    const auto options = w.client();
    std::vector<handle<std::string>> asking;
    for (int i = 0; i < 20; ++i) asking.push_back(spawn(ask, port, options, "message " + std::to_string(i)));
    for (std::size_t i = 0; i < asking.size(); ++i) CHECK(co_await asking[i] == "message " + std::to_string(i));
    std::string alert(64, ' ');
    const std::size_t got = co_await stranger.read_some(alert);
    CHECK(got == 0);
    co_await server.kill_join("test");
    CHECK(server.killed());
  });
}

TEST_CASE("tls::connect: a handshake that takes too long is a timeout that names the host") {
  testkit::run([]() -> task<> {
    localhost w;
    testkit::scripted_peer silent{testkit::script()};
    auto options = w.client();
    options.handshake_timeout = 20ms;
    boost::system::error_code code;
    std::string what;
    try {
      co_await tls::connect("localhost", std::to_string(silent.port()), options);
    } catch (const boost::system::system_error& error) {
      code = error.code();
      what = error.what();
    }
    CHECK(code == boost::asio::error::timed_out);
    CHECK(what.starts_with("TLS handshake with 'localhost'"));
  });
}

TEST_CASE("tls::serve: a client that never begins its handshake is dropped") {
  testkit::run([]() -> task<> {
    localhost w;
    auto listener = net::listen("127.0.0.1", 0);
    const auto at = listener.local_endpoint();
    tls::serve_options options;
    options.handshake_timeout = 1ms;
    const auto server = spawn(tls::serve, std::move(listener), support::server_context(w.leaf), echo, options);
    auto silent = co_await net::connect(at);
    std::string one(1, ' ');
    CHECK(co_await silent.read_some(one) == 0);
    server.kill("test");
  });
}
