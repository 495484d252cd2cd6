#include <weft/http/client.hpp>

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

TEST_CASE("client: a GET brings status, fields and body") {
  testkit::run([]() -> task<> {
    scripted_peer server(peer::serve(peer::answer("404 Not Here", "gone", "X-Test: a\r\n")));
    http::client client;
    http::response r = co_await client.get(peer::url(server, "/a%20b?c#d"));
    CHECK(r.status() == 404);
    CHECK_FALSE(r.ok());
    CHECK(r.reason() == "Not Here");
    CHECK(r.headers().get("x-test") == "a");
    CHECK(r.content_length() == 4);
    CHECK(r.url().target() == "/a%20b?c");
    CHECK(r.remote() == server.endpoint());
    CHECK_FALSE(r.reused());
    CHECK(r.attempts() == 1);
    CHECK(co_await r.text() == "gone");
    CHECK(r.received() == 4);
    CHECK_THROWS_AS(r.raise_for_status(), http::error);
    CHECK(server.received() == "GET /a%20b?c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                   "\r\nUser-Agent: weft/0.1\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n");
  });
}

TEST_CASE("client: default fields are replaced, credentials and content are sent") {
  testkit::run([]() -> task<> {
    scripted_peer server(peer::serve(peer::ok("")));
    http::client_options options;
    options.headers.add("Accept", "image/*");
    options.headers.add("X-All", "1");
    http::client client(options);
    const std::string port = std::to_string(server.port());
    http::request asked("POST", "http://me:s%3Acret@127.0.0.1:" + port + "/x?a=1");
    asked.header("User-Agent", "test").query("q", "ä &").body("content");
    http::response r = co_await client.send(asked);
    CHECK(server.received().starts_with(
        "POST /x?a=1&q=%C3%A4%20%26 HTTP/1.1\r\nHost: 127.0.0.1:" + port +
        "\r\nAccept-Encoding: identity\r\nAccept: image/*\r\nX-All: 1\r\nUser-Agent: test\r\n"
        "Authorization: Basic bWU6czpjcmV0\r\nContent-Length: 7\r\n\r\n"));
    CHECK(r.url().str().find("cret") == std::string::npos);
  });
}

TEST_CASE("client: a request can be put together where it is sent, and options where the client is made") {
  testkit::run([]() -> task<> {
    scripted_peer server(peer::serve(peer::ok("body")));
    http::client client({.timeouts = {.first_byte = std::chrono::seconds(20)},
                         .pool = {.per_origin = 2},
                         .redirects = {.limit = 3},
                         .decode = http::decoding::none,
                         .tls = {},
                         .limits = {.bytes = 64 * 1024},
                         .address_filter = [](const net::ip_address&) { return true; }});
    http::response r = co_await client.send(http::request("GET", peer::url(server))
                                                .header("X-Long-Enough-To-Be-Allocated", std::string(40, 'v'))
                                                .query("a", "b"));
    CHECK(co_await r.text() == "body");
    CHECK(server.received().find("X-Long-Enough-To-Be-Allocated: " + std::string(40, 'v')) != std::string::npos);
  });
}

TEST_CASE("client: an answer is the same however its bytes are split") {
  testkit::run([]() -> task<> {
    const std::array<std::string, 3> texts{
        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + peer::ok("hello"),
        chunked_head + "2\r\nhe\r\n3;x\r\nllo\r\n0\r\nT: x\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nhello",
    };
    for (const std::string& text : texts) {
      for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u}) {
        scripted_peer server(script().expect(peer::end_of_head).send_in_pieces(text, piece).finish());
        http::client client;
        CHECK(co_await peer::fetch(client, peer::url(server)) == "hello");
      }
    }
  });
}

TEST_CASE("client: reads through buffers of any size, and without a copy") {
  testkit::run([]() -> task<> {
    std::string body;
    for (int i = 0; body.size() < 300'000; ++i) body += std::to_string(i) + " ";
    for (const std::size_t room : {1000u, 8192u, 65536u, 1000000u}) {
      scripted_peer server(peer::serve(peer::ok(body)));
      http::client client;
      http::response r = co_await client.get(peer::url(server));
      std::string seen;
      std::vector<char> buffer(room);
      for (std::size_t size = 1; size != 0;) {
        size = co_await r.read_some(buffer);
        seen.append(buffer.data(), size);
      }
      CHECK(seen == body);
      CHECK(client.stats().idle == 1);
    }
    scripted_peer server(peer::serve(peer::ok(body)));
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    std::string seen;
    while (true) {
      const auto bytes = co_await r.next();
      if (bytes.empty()) break;
      seen.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    CHECK(seen == body);
    const auto end = co_await r.next();
    CHECK(end.empty());
  });
}

TEST_CASE("client: bodies larger than the caller wants are refused") {
  testkit::run([]() -> task<> {
    scripted_peer server(
        script().expect(peer::end_of_head).send(peer::ok("hello")).expect(peer::end_of_head).send(peer::ok("hello")));
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    CHECK(co_await peer::failure(r.text(4)) == error_kind::body_too_large);
    http::response exact = co_await client.get(peer::url(server));
    const auto whole = co_await exact.bytes(5);
    CHECK(whole.size() == 5);
  });
}

TEST_CASE("client: a HEAD answer has no body") {
  testkit::run([]() -> task<> {
    scripted_peer server(script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"));
    http::client client;
    http::response r = co_await client.head(peer::url(server));
    CHECK(r.content_length() == 1234);
    const std::string nothing = co_await r.text();
    CHECK(nothing.empty());
    CHECK(client.stats().idle == 1);
  });
}

TEST_CASE("client: answers that break the rules are protocol errors") {
  testkit::run([]() -> task<> {
    const std::array<std::string, 7> texts{
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        chunked_head + "5\r\nhelloX",
        [] {
          std::string many;
          for (int i = 0; i < 9; ++i) many += "HTTP/1.1 102 Processing\r\n\r\n";
          return many + peer::ok("");
        }(),
    };
    for (const std::string& text : texts) {
      CAPTURE(text);
      scripted_peer server(peer::serve(text));
      http::client client;
      CHECK(co_await peer::failure(peer::fetch(client, peer::url(server))) == error_kind::protocol_error);
      CHECK(client.stats().idle == 0);
    }
    scripted_peer endless(peer::serve("HTTP/1.1 200 OK\r\n" + std::string(300'000, 'x')));
    http::client client;
    CHECK(co_await peer::failure(client.get(peer::url(endless))) == error_kind::head_too_large);
  });
}

TEST_CASE("client: a head larger than the buffer is read") {
  testkit::run([]() -> task<> {
    std::string fields;
    for (int i = 0; i < 5; ++i) fields += "X-Long-" + std::to_string(i) + ": " + std::string(40'000, 'v') + "\r\n";
    scripted_peer server(peer::serve(peer::answer("200 OK", "body", fields)));
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    CHECK(r.headers().get("x-long-4")->size() == 40'000);
    CHECK(co_await r.text() == "body");
  });
}

TEST_CASE("client: gzip is taken off only when the client was told to ask for it") {
  testkit::run([]() -> task<> {
    const std::string coded = gzip("hello hello hello");
    const std::string text = peer::answer("200 OK", coded, "Content-Encoding: gzip\r\n");
    scripted_peer server(std::vector<script>{peer::serve(text), peer::serve(text), peer::serve(text)});
    http::client plain;
    CHECK(co_await peer::fetch(plain, peer::url(server)) == coded);
    http::client decoding({.decode = http::decoding::automatic});
    CHECK(co_await peer::fetch(decoding, peer::url(server)) == "hello hello hello");
    CHECK(server.received(1).find("Accept-Encoding: gzip, deflate\r\n") != std::string::npos);
    CHECK(decoding.stats().idle == 1);

    scripted_peer cut(
        peer::serve(peer::answer("200 OK", coded.substr(0, coded.size() - 3), "Content-Encoding: gzip\r\n")));
    CHECK(co_await peer::failure(peer::fetch(decoding, peer::url(cut))) == error_kind::decode_failed);
    scripted_peer unknown(peer::serve(peer::answer("200 OK", "x", "Content-Encoding: br\r\n")));
    CHECK(co_await peer::failure(peer::fetch(decoding, peer::url(unknown))) == error_kind::decode_unsupported);
  });
}

TEST_CASE("client: failures before the request are told apart") {
  testkit::run([]() -> task<> {
    http::client client;
    CHECK(co_await peer::failure([](http::client& c) -> task<> { co_await c.get("ftp://x/"); }(client)) ==
          error_kind::invalid_url);
    // Bound, so that no one else gets it; and nobody listens.
    const net::tcp_socket::asio_socket closed(this_loop().get_executor(),
                                              net::tcp_endpoint(net::parse_address("127.0.0.1").value(), 0));
    const std::uint16_t port = closed.local_endpoint().port();
    const std::string address = "http://127.0.0.1:" + std::to_string(port) + "/";
    CHECK(co_await peer::failure(client.get(address)) == error_kind::connect_refused);
    http::client_options guarded;
    guarded.address_filter = [](const net::ip_address& a) { return !a.is_loopback(); };
    http::client blocked(guarded);
    CHECK(co_await peer::failure(blocked.get(address)) == error_kind::address_blocked);
    scripted_peer plain(peer::serve(peer::ok("")));
    const std::string secure = "https://127.0.0.1:" + std::to_string(plain.port()) + "/";
    http::client_options quick;
    quick.timeouts.tls = std::chrono::milliseconds(50);
    http::client patient(quick);
    CHECK(co_await peer::failure(patient.get(secure)) == error_kind::timeout_tls);
  });
}

TEST_CASE("http::get: a default client for each loop") {
  for (int round = 0; round < 2; ++round) {
    testkit::run([]() -> task<> {
      scripted_peer server(
          script().expect(peer::end_of_head).send(peer::ok("a")).expect(peer::end_of_head).send(peer::ok("b")));
      http::response first = co_await http::get(peer::url(server));
      CHECK(co_await first.text() == "a");
      http::response second = co_await http::get(peer::url(server));
      CHECK(second.reused());
      CHECK(co_await second.text() == "b");
    });
  }
}

}  // namespace
