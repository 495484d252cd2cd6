#include <weft/http/client.hpp>

#include <weft/core/handle.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/listener.hpp>

#include "peer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace weft;
using http::error_kind;
using peer::script;
using peer::scripted_peer;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("redirects: are followed and counted, over one connection where they stay at home") {
  testkit::run([]() -> task<> {
    scripted_peer server(script()
                             .expect(peer::end_of_head)
                             .send(peer::redirect("301 Moved", "b?x#new"))
                             .expect(peer::end_of_head)
                             .send(peer::redirect("307 Moved", "/d"))
                             .expect(peer::end_of_head)
                             .send(peer::ok("there")));
    http::client client;
    http::response r = co_await client.get(peer::url(server, "/a/a"));
    CHECK(co_await r.text() == "there");
    CHECK(r.redirects() == 2);
    CHECK(r.attempts() == 3);
    CHECK(r.url().path() == "/d");
    CHECK(r.url().fragment() == "new");
    CHECK(server.connections() == 1);
    CHECK(has(server.received(), "GET /a/b?x HTTP/1.1"));
  });
}

TEST_CASE("redirects: secrets never reach another origin, and do not come back after it") {
  testkit::run([]() -> task<> {
    scripted_peer away(script().expect(peer::end_of_head).send(peer::redirect("302 Found", "http://127.0.0.1:1/")));
    scripted_peer home(peer::serve(peer::redirect("302 Found", peer::url(away))));
    scripted_peer back(peer::serve(peer::redirect("302 Found", peer::url(home, "/first"))));
    http::client_options options;
    options.headers.add("Authorization", "default-secret");
    options.redirects.sensitive_headers = {"X-Api-Key"};
    http::client client(options);
    http::request asked("GET", peer::url(back));
    asked.header("Cookie", "cookie-secret").header("x-api-key", "key-secret").header("X-Plain", "kept");
    CHECK(co_await peer::failure(client.send(asked)) == error_kind::connect_refused);
    CHECK(has(back.received(), "default-secret"));
    CHECK(has(back.received(), "cookie-secret"));
    CHECK(has(back.received(), "key-secret"));
    for (const scripted_peer* other : {&home, &away}) {
      CHECK_FALSE(has(other->received(), "secret"));
      CHECK(has(other->received(), "X-Plain: kept"));
    }
  });
}

TEST_CASE("redirects: the way back to the first origin carries no secrets either") {
  testkit::run([]() -> task<> {
    // The first origin's address must be known to the other one: it listens before its script is made.
    net::listener home = net::listen("127.0.0.1", 0);
    const std::string home_address = "http://127.0.0.1:" + std::to_string(home.port());
    scripted_peer away(peer::serve(peer::redirect("302 Found", home_address + "/back")));
    std::string seen;
    const std::string first = peer::redirect("302 Found", peer::url(away));
    auto serve = [&]() -> task<> {
      net::tcp_socket socket = co_await home.accept();
      for (const std::string& text : {first, peer::ok("home")}) {
        std::string head;
        const std::size_t size = co_await socket.read_until(head, peer::end_of_head);
        seen += head.substr(0, size) + "|";
        co_await socket.write_all(text);
      }
    };
    handle<void> server = spawn(serve);
    http::client client;
    http::request asked("GET", home_address + "/");
    asked.header("Cookie", "secret");
    http::response r = co_await client.send(asked);
    CHECK(co_await r.text() == "home");
    co_await server;
    CHECK(has(seen.substr(0, seen.find('|')), "secret"));
    CHECK_FALSE(has(seen.substr(seen.find('|')), "secret"));
  });
}

TEST_CASE("redirects: credentials of the address are for its origin only, and those in a Location are not used") {
  testkit::run([]() -> task<> {
    scripted_peer other(peer::serve(peer::ok("")));
    scripted_peer first(
        script()
            .expect(peer::end_of_head)
            .send(peer::redirect("302 Found", "/again"))
            .expect(peer::end_of_head)
            .send(peer::redirect("302 Found", "http://a:b@127.0.0.1:" + std::to_string(other.port()) + "/")));
    http::client client;
    http::response r = co_await client.get("http://u:p@127.0.0.1:" + std::to_string(first.port()) + "/");
    const std::string& seen = first.received();
    CHECK(seen.find("Authorization: Basic dTpw") != seen.rfind("Authorization: Basic dTpw"));
    CHECK_FALSE(has(other.received(), "Authorization"));
  });
}

TEST_CASE("redirects: the limit, and no limit at all") {
  testkit::run([]() -> task<> {
    script endless;
    for (int i = 0; i < 30; ++i) endless.expect(peer::end_of_head).send(peer::redirect("302 Found", "/again"));
    scripted_peer server(endless);
    http::client client;
    CHECK(co_await peer::failure(client.get(peer::url(server))) == error_kind::redirect_limit);
    CHECK(client.stats().requests == 21);

    http::client_options none;
    none.redirects.limit = 0;
    http::client literal(none);
    http::response r = co_await literal.get(peer::url(server));
    CHECK(r.status() == 302);
    CHECK(r.redirects() == 0);
  });
}

TEST_CASE("redirects: bad targets are refused, a missing one is the answer") {
  testkit::run([]() -> task<> {
    for (const char* target : {"ftp://e/", "file:///etc/passwd", "http://", "http://a@b@c/", "javascript:alert(1)"}) {
      scripted_peer server(peer::serve(peer::redirect("302 Found", target)));
      http::client client;
      CHECK(co_await peer::failure(client.get(peer::url(server))) == error_kind::redirect_blocked);
    }
    scripted_peer nowhere(peer::serve(peer::answer("302 Found", "body")));
    http::client client;
    http::response r = co_await client.get(peer::url(nowhere));
    CHECK(r.status() == 302);
    CHECK(co_await r.text() == "body");
  });
}

TEST_CASE("redirects: POST becomes GET without its content, PUT is repeated after 307") {
  testkit::run([]() -> task<> {
    scripted_peer server(script()
                             .expect("content")
                             .send(peer::redirect("303 See", "/seen"))
                             .expect(peer::end_of_head)
                             .send(peer::ok(""))
                             .expect("content")
                             .send(peer::redirect("307 Again", "/put"))
                             .expect("content")
                             .send(peer::ok("")));
    http::client client;
    http::request post("POST", peer::url(server));
    post.body("content");
    http::response seen = co_await client.send(post);
    CHECK(has(server.received(), "GET /seen HTTP/1.1"));
    http::request put("PUT", peer::url(server));
    put.body("content");
    http::response done = co_await client.send(put);
    CHECK(done.ok());
    CHECK(has(server.received(), "PUT /put HTTP/1.1"));
  });
}

TEST_CASE("redirects: every address is checked by the filter") {
  testkit::run([]() -> task<> {
    scripted_peer server(peer::serve(peer::redirect("302 Found", "http://127.0.0.2:1/")));
    http::client_options options;
    options.address_filter = [](const net::ip_address& a) { return a.to_string() == "127.0.0.1"; };
    http::client client(options);
    CHECK(co_await peer::failure(client.get(peer::url(server))) == error_kind::address_blocked);
  });
}

}  // namespace
