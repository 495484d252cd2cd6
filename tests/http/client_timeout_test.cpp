#include <weft/http/client.hpp>

#include <weft/core/handle.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>
#include <weft/net/listener.hpp>
#include <weft/sync/event.hpp>

#include "net/silent_port.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>

namespace {

using namespace weft;
using namespace std::chrono_literals;
using http::error_kind;
using peer::script;
using peer::scripted_peer;

TEST_CASE("timeouts: of the connect, where nobody answers") {
  testkit::run([]() -> task<> {
    const silent_port nobody = co_await silent_port::make();
    http::client_options options;
    options.timeouts.connect = 20ms;
    http::client client(options);
    const std::string address = "http://" + net::to_string(nobody.endpoint()) + "/";
    try {
      co_await client.get(address);
      FAIL("was answered");
    } catch (const http::error& e) {
      CHECK(e.kind() == error_kind::timeout_connect);
      CHECK(e.phase() == http::error_phase::connect);
      CHECK(e.request_sent() == http::request_progress::none);
    }
    http::request asked("GET", address);
    asked.deadline(20ms);
    http::client patient;
    try {
      co_await patient.send(asked);
      FAIL("was answered");
    } catch (const http::error& e) {
      CHECK(e.kind() == error_kind::timeout_total);
      CHECK(e.phase() == http::error_phase::connect);
    }
    CHECK(client.stats().active == 0);
    CHECK(patient.stats().active == 0);
  });
}

TEST_CASE("timeouts: of the sending, where the server does not read") {
  testkit::run([]() -> task<> {
    event read;
    scripted_peer deaf(script().wait_for(read));
    http::client_options options;
    options.timeouts.write = 20ms;
    http::client client(options);
    http::request asked("POST", peer::url(deaf));
    asked.body(std::string(32 << 20, 'x'));
    try {
      co_await client.send(std::move(asked));
      FAIL("was answered");
    } catch (const http::error& e) {
      CHECK(e.kind() == error_kind::timeout_write);
      CHECK(e.phase() == http::error_phase::send);
      CHECK(e.request_sent() == http::request_progress::partial);
    }
    CHECK(client.stats().active == 0);
    read.set();
    co_await deaf.wait_ended();
  });
}

TEST_CASE("timeouts: of the first byte and within the head") {
  testkit::run([]() -> task<> {
    http::client_options options;
    options.timeouts.first_byte = 20ms;
    http::client client(options);
    scripted_peer silent(script().expect(peer::end_of_head));
    CHECK(co_await peer::failure(client.get(peer::url(silent))) == error_kind::timeout_first_byte);
    scripted_peer halting(script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\nContent-"));
    CHECK(co_await peer::failure(client.get(peer::url(halting))) == error_kind::timeout_first_byte);
    CHECK(client.stats().active == 0);
    co_await halting.wait_ended();
  });
}

TEST_CASE("timeouts: a head that comes byte by byte has no more time than any other") {
  testkit::run([]() -> task<> {
    net::listener source = net::listen("127.0.0.1", 0);
    auto drip = [&]() -> task<> {
      net::tcp_socket socket = co_await source.accept();
      const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(60'000, 'x');
      for (const char& c : endless) {
        co_await socket.write_all(std::span(&c, 1));
        co_await sleep(1ms);
      }
    };
    handle<void> server = spawn(drip);
    http::client_options options;
    options.timeouts.first_byte = 50ms;
    http::client client(options);
    CHECK(co_await peer::failure(client.get("http://127.0.0.1:" + std::to_string(source.port()))) ==
          error_kind::timeout_first_byte);
    co_await server.kill_join();
    (void)server.error();
  });
}

TEST_CASE("timeouts: of a body that stalls") {
  testkit::run([]() -> task<> {
    http::client_options options;
    options.timeouts.body = 20ms;
    http::client client(options);
    scripted_peer server(script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"));
    http::response r = co_await client.get(peer::url(server));
    CHECK(co_await peer::failure(r.text()) == error_kind::timeout_body);
    co_await server.wait_ended();
  });
}

TEST_CASE("timeouts: of a body that stalls, however its end would be told") {
  testkit::run([]() -> task<> {
    http::client_options options;
    options.timeouts.body = 20ms;
    http::client client(options);
    for (const std::string head : {"Transfer-Encoding: chunked\r\n\r\n5\r\nhe", "Connection: close\r\n\r\nhe"}) {
      CAPTURE(head);
      scripted_peer server(script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\n" + head));
      http::response r = co_await client.get(peer::url(server));
      std::array<char, 8> buffer{};
      CHECK(co_await r.read_some(buffer) == 2);
      CHECK(co_await peer::failure(r.read_some(buffer)) == error_kind::timeout_body);
      CHECK(co_await peer::failure(r.read_some(buffer)) == error_kind::timeout_body);
      co_await server.wait_ended();
    }
  });
}

TEST_CASE("timeouts: of a body that is too slow") {
  testkit::run([]() -> task<> {
    http::client_options options;
    options.timeouts.slow = http::slow_limit{.bytes_per_second = 1'000'000, .over = 20ms};
    http::client client(options);
    scripted_peer server(script()
                             .expect(peer::end_of_head)
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
                             .send_in_pieces(std::string(400, 'x'), 1));
    CHECK(co_await peer::failure(peer::fetch(client, peer::url(server))) == error_kind::timeout_body);
    scripted_peer fast(peer::serve(peer::ok(std::string(500'000, 'x'))));
    const std::string body = co_await peer::fetch(client, peer::url(fast));
    CHECK(body.size() == 500'000);
  });
}

TEST_CASE("timeouts: of everything together, in the head, in the body, and given with the request") {
  testkit::run([]() -> task<> {
    http::client_options options;
    options.timeouts.total = 30ms;
    http::client client(options);
    scripted_peer silent(script().expect(peer::end_of_head));
    CHECK(co_await peer::failure(client.get(peer::url(silent))) == error_kind::timeout_total);
    scripted_peer halting(script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"));
    CHECK(co_await peer::failure(peer::fetch(client, peer::url(halting))) == error_kind::timeout_total);
    http::client plain;
    http::request asked("GET", peer::url(silent));
    asked.deadline(20ms);
    CHECK(co_await peer::failure(plain.send(asked)) == error_kind::timeout_total);
    CHECK(plain.stats().active == 0);
  });
}

TEST_CASE("timeouts: of the caller end a request as they end any work") {
  testkit::run([]() -> task<> {
    http::client client;
    scripted_peer silent(script().expect(peer::end_of_head));
    auto fetch = [&] { return peer::fetch(client, peer::url(silent)); };
    bool timed = false;
    try {
      co_await timeout(20ms, fetch);
    } catch (const timed_out&) {
      timed = true;
    }
    CHECK(timed);
    CHECK(client.stats().active == 0);
    co_await silent.wait_ended();
  });
}

}  // namespace
