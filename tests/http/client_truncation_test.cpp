#include <weft/http/client.hpp>

#include <weft/sync/event.hpp>

#include "gzip.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

using namespace weft;
using http::error_kind;
using peer::chunked_head;
using peer::script;
using peer::scripted_peer;

TEST_CASE("client: a body cut anywhere is an error, and what came before can be read") {
  testkit::run([]() -> task<> {
    const std::array<std::string, 2> texts{peer::ok("hello world"),
                                           chunked_head + "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n"};
    for (const std::string& text : texts) {
      for (std::size_t size = 0; size < text.size(); ++size) {
        scripted_peer server(script().expect(peer::end_of_head).send(text.substr(0, size)).close());
        http::client client;
        const error_kind kind = co_await peer::failure(peer::fetch(client, peer::url(server)));
        const bool in_head = size < text.find(peer::end_of_head) + 4;
        CHECK(kind == (in_head ? error_kind::closed_before_response : error_kind::body_incomplete));
        CHECK(client.stats().idle == 0);
        CHECK(client.stats().active == 0);
      }
    }
    scripted_peer server(script().expect(peer::end_of_head).send(texts[0].substr(0, texts[0].size() - 3)).close());
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    std::array<char, 64> buffer{};
    std::size_t size = 0;
    error_kind kind{};
    try {
      while (true) {
        const std::size_t more = co_await r.read_some(std::span(buffer).subspan(size));
        size += more;
      }
    } catch (const http::error& e) {
      kind = e.kind();
      CHECK(e.phase() == http::error_phase::body);
      CHECK(e.retryable());
      CHECK(e.url() == peer::url(server));
      CHECK(e.request_sent() == http::request_progress::all);
    }
    CHECK(std::string_view(buffer.data(), size) == "hello wo");
    CHECK(kind == error_kind::body_incomplete);
    CHECK(co_await peer::failure(r.read_some(buffer)) == error_kind::body_incomplete);
  });
}

TEST_CASE("client: a body that ends with the connection is whole only where the connection ends well") {
  testkit::run([]() -> task<> {
    const std::array<std::string, 2> heads{"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", chunked_head + "a\r\n"};
    for (const std::string& head : heads) {
      CAPTURE(head);
      event read;
      scripted_peer server(script().expect(peer::end_of_head).send(head + "hello").wait_for(read).reset());
      http::client client;
      http::response r = co_await client.get(peer::url(server));
      std::array<char, 64> buffer{};
      CHECK(co_await r.read_some(buffer) == 5);
      read.set();
      CHECK(co_await peer::failure(r.read_some(buffer)) == error_kind::connection_reset);
      CHECK(co_await peer::failure(r.read_some(buffer)) == error_kind::connection_reset);
      CHECK(client.stats().active == 0);
    }
  });
}

TEST_CASE("client: a coded body that is cut on the wire is incomplete, whatever has been decoded") {
  testkit::run([]() -> task<> {
    const std::string whole = peer::answer("200 OK", gzip("hello hello hello"), "Content-Encoding: gzip\r\n");
    http::client client({.decode = http::decoding::automatic});
    for (const std::size_t missing : {1u, 8u, 20u}) {
      scripted_peer server(script().expect(peer::end_of_head).send(whole.substr(0, whole.size() - missing)).close());
      CHECK(co_await peer::failure(peer::fetch(client, peer::url(server))) == error_kind::body_incomplete);
    }
    CHECK(client.stats().idle == 0);
  });
}

TEST_CASE("client: a reset within head and body") {
  testkit::run([]() -> task<> {
    event read;
    scripted_peer server(
        script().expect(peer::end_of_head).send(peer::ok("hello world").substr(0, 45)).wait_for(read).reset());
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    std::array<char, 64> buffer{};
    CHECK(co_await r.read_some(buffer) > 0);
    read.set();
    CHECK(co_await peer::failure(r.read_some(buffer)) == error_kind::connection_reset);

    scripted_peer dead(script().expect(peer::end_of_head).reset());
    CHECK(co_await peer::failure(client.get(peer::url(dead))) == error_kind::connection_reset);
  });
}

}  // namespace
