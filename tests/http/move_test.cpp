#include <weft/http/client.hpp>

#include <weft/base/byte_pipe.hpp>
#include <weft/sync/event.hpp>

#include "peer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace weft;
using namespace std::chrono_literals;
using http::error_kind;
using peer::script;
using peer::scripted_peer;

/// What `from` holds; empties it.
std::string content(byte_pipe& from) {
  const int file = ::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  std::string text(from.size(), '\0');
  CHECK(from.drain_to(file) == 0);
  CHECK(::pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  ::close(file);
  return text;
}

/// Reads until the body waits at the wire and not in the response's buffer; gives what was read.
task<std::string> read_what_is_here(http::response& r) {
  const auto bytes = co_await r.next();
  co_return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

TEST_CASE("response: a body moves through pipes, whole, and the connection is used again") {
  testkit::run([]() -> task<> {
    const std::string text(900'000, 'x');
    scripted_peer server(peer::serve(peer::ok(text)).expect(peer::end_of_head).send(peer::ok("more")));
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    CHECK(r.is_movable());
    std::string got = co_await read_what_is_here(r);
    byte_pipe through(64 * 1024);
    while (r.received() < text.size()) {
      CHECK(r.is_movable());
      while (true) {
        const std::size_t size = co_await r.move_some(through);
        if (size == 0) break;
      }
      got += content(through);
    }
    CHECK(got == text);
    CHECK_FALSE(r.is_movable());
    CHECK(co_await r.move_some(through) == 0);
    CHECK(co_await peer::fetch(client, peer::url(server)) == "more");
    CHECK(client.stats().connections == 1);
  });
}

TEST_CASE("response: what came with the head is not left out of what is moved") {
  testkit::run([]() -> task<> {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    scripted_peer server(script().expect(peer::end_of_head).send(head + "hello"));
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    byte_pipe through(64 * 1024);
    bool refused = false;
    try {
      co_await r.move_some(through);
    } catch (const std::logic_error&) {
      refused = true;
    }
    CHECK(refused);
  });
}

TEST_CASE("response: a body cut while it moves is an error, and what came before is in the pipe") {
  testkit::run([]() -> task<> {
    event read;
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    scripted_peer server(script().expect(peer::end_of_head).send(head + "hello ").wait_for(read).send("world").close());
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    CHECK(co_await read_what_is_here(r) == "hello ");
    read.set();
    byte_pipe through(64 * 1024);
    CHECK(co_await r.move_some(through) == 5);
    CHECK(co_await peer::failure(r.move_some(through)) == error_kind::body_incomplete);
    CHECK(content(through) == "world");
    CHECK(co_await peer::failure(r.move_some(through)) == error_kind::body_incomplete);
    CHECK(client.stats().active == 0);
  });
}

TEST_CASE("response: a body that stalls while it moves has as much time as any other") {
  testkit::run([]() -> task<> {
    event never;
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    scripted_peer server(script().expect(peer::end_of_head).send(head + "hello").wait_for(never));
    http::client_options options;
    options.timeouts.body = 20ms;
    http::client client(options);
    http::response r = co_await client.get(peer::url(server));
    CHECK(co_await read_what_is_here(r) == "hello");
    byte_pipe through(64 * 1024);
    CHECK(co_await peer::failure(r.move_some(through)) == error_kind::timeout_body);
    never.set();
  });
}

TEST_CASE("response: chunked, encoded and whole bodies are not for moving") {
  testkit::run([]() -> task<> {
    const std::array<std::string, 4> answers{peer::chunked_head, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
                                             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n",
                                             peer::ok("")};
    for (const std::string& answer : answers) {
      CAPTURE(answer);
      scripted_peer server(script().expect(peer::end_of_head).send(answer).close());
      http::client_options options;
      options.decode = http::decoding::automatic;
      http::client client(options);
      const http::response r = co_await client.get(peer::url(server));
      CHECK_FALSE(r.is_movable());
    }
  });
}

}  // namespace
