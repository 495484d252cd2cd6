#include <weft/http/client.hpp>

#include <weft/core/handle.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include "peer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace weft;
using namespace std::chrono_literals;
using http::error_kind;
using peer::script;
using peer::scripted_peer;

/// Answers any number of requests on one connection with the texts, one each.
script serve_all(const std::vector<std::string>& texts) {
  script all;
  for (const std::string& text : texts) all.expect(peer::end_of_head).send(text);
  return all;
}

http::client_options with_limit(std::size_t per_origin) {
  http::client_options options;
  options.pool.per_origin = per_origin;
  return options;
}

TEST_CASE("client: a connection whose answer was read serves the next request") {
  testkit::run([]() -> task<> {
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n";
    scripted_peer server(serve_all({peer::ok("a"), chunked, peer::answer("204 None", ""), peer::ok("d")}));
    http::client client;
    CHECK(co_await peer::fetch(client, peer::url(server)) == "a");
    CHECK(co_await peer::fetch(client, peer::url(server)) == "b");
    CHECK(co_await peer::fetch(client, peer::url(server)) == "");
    http::response last = co_await client.get(peer::url(server));
    CHECK(last.reused());
    CHECK(last.attempts() == 1);
    CHECK(server.connections() == 1);
    CHECK(client.stats().requests == 4);
    CHECK(client.stats().connections == 1);
    CHECK(client.stats().reused == 3);
  });
}

TEST_CASE("client: a small body frees the connection before it is read") {
  testkit::run([]() -> task<> {
    scripted_peer server(serve_all({peer::ok("first"), peer::ok("second")}));
    http::client client(with_limit(1));
    http::response first = co_await client.get(peer::url(server));
    http::response second = co_await client.get(peer::url(server));
    CHECK(second.reused());
    CHECK(co_await first.text() == "first");
    CHECK(co_await second.text() == "second");
  });
}

TEST_CASE("client: a connection that cannot be trusted is not used again") {
  testkit::run([]() -> task<> {
    const std::vector<std::string> texts{
        peer::answer("200 OK", "x", "Connection: close\r\n"),
        "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
        peer::ok("x") + "extra",
        peer::answer("204 No", "", "") + "x",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        peer::answer("200 OK", "x", "Keep-Alive: timeout=1, max=5\r\n"),
    };
    for (const std::string& text : texts) {
      CAPTURE(text);
      scripted_peer server(peer::serve(text));
      http::client client;
      const std::string body = co_await peer::fetch(client, peer::url(server));
      CHECK(body.size() <= 1);
      CHECK(client.stats().idle == 0);
      CHECK(client.stats().active == 0);
    }
  });
}

TEST_CASE("client: a response dropped with its body unread closes the connection") {
  testkit::run([]() -> task<> {
    scripted_peer server(script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"));
    http::client client;
    {
      http::response r = co_await client.get(peer::url(server));
      CHECK(client.stats().active == 1);
    }
    CHECK(client.stats().active == 0);
    CHECK(client.stats().idle == 0);
    co_await server.wait_ended();
  });
}

TEST_CASE("client: a kept connection that was closed is replaced once, silently") {
  testkit::run([]() -> task<> {
    const std::array<script, 3> ends{
        peer::serve(peer::ok("a")).expect(peer::end_of_head).close(),
        peer::serve(peer::ok("a")).expect(peer::end_of_head).reset(),
        peer::serve(peer::ok("a"))
            .expect(peer::end_of_head)
            .send(peer::answer("408 Slow", "", "Connection: close\r\n"))
            .close(),
    };
    for (const script& end : ends) {
      scripted_peer server(std::vector<script>{end, peer::serve(peer::ok("b"))});
      http::client client;
      CHECK(co_await peer::fetch(client, peer::url(server)) == "a");
      http::response r = co_await client.get(peer::url(server));
      CHECK(co_await r.text() == "b");
      CHECK(r.attempts() == 2);
      CHECK_FALSE(r.reused());
      CHECK(client.stats().stale == 1);
      CHECK(server.connections() == 2);
    }
  });
}

TEST_CASE("client: no replay after a byte of the answer, of a POST, or a second time") {
  testkit::run([]() -> task<> {
    {
      scripted_peer server(peer::serve(peer::ok("a")).expect(peer::end_of_head).send("H").close());
      http::client client;
      CHECK(co_await peer::fetch(client, peer::url(server)) == "a");
      CHECK(co_await peer::failure(client.get(peer::url(server))) == error_kind::closed_before_response);
      CHECK(server.connections() == 1);
    }
    {
      scripted_peer server(peer::serve(peer::ok("a")).expect(peer::end_of_head).close());
      http::client client;
      CHECK(co_await peer::fetch(client, peer::url(server)) == "a");
      http::request post("POST", peer::url(server));
      CHECK(co_await peer::failure(client.send(post)) == error_kind::closed_before_response);
      CHECK(server.connections() == 1);
    }
    {
      scripted_peer server(
          std::vector<script>{peer::serve(peer::ok("a")).close(), script().expect(peer::end_of_head).close()});
      http::client client;
      CHECK(co_await peer::fetch(client, peer::url(server)) == "a");
      CHECK(co_await peer::failure(client.get(peer::url(server))) == error_kind::closed_before_response);
      CHECK(server.connections() == 2);
    }
  });
}

TEST_CASE("client: requests beyond the limit of an origin wait in order") {
  testkit::run([]() -> task<> {
    event first_may_end;
    scripted_peer server(script()
                             .expect(peer::end_of_head)
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
                             .wait_for(first_may_end)
                             .send("0")
                             .expect(peer::end_of_head)
                             .send(peer::ok("1"))
                             .expect(peer::end_of_head)
                             .send(peer::ok("2")));
    http::client client(with_limit(1));
    http::response first = co_await client.get(peer::url(server, "/0"));
    auto fetch = [&](std::string path) { return peer::fetch(client, peer::url(server, path)); };
    handle<std::string> second = spawn(fetch, "/1");
    handle<std::string> third = spawn(fetch, "/2");
    first_may_end.set();
    CHECK(co_await first.text() == "0");
    CHECK(co_await second == "1");
    CHECK(co_await third == "2");
    CHECK(server.connections() == 1);
    CHECK(server.received().find("/1") < server.received().find("/2"));
  });
}

TEST_CASE("client: a waiting request can time out or be killed and leaves the queue") {
  testkit::run([]() -> task<> {
    event go;
    scripted_peer server(script()
                             .expect(peer::end_of_head)
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
                             .wait_for(go)
                             .send("0")
                             .expect(peer::end_of_head)
                             .send(peer::ok("last")));
    http::client_options options = with_limit(1);
    options.timeouts.acquire = 20ms;
    http::client client(options);
    http::response first = co_await client.get(peer::url(server));
    CHECK(co_await peer::failure(client.get(peer::url(server))) == error_kind::pool_timeout);
    auto fetch = [&] { return peer::fetch(client, peer::url(server)); };
    handle<std::string> killed = spawn(fetch);
    co_await yield();
    co_await killed.kill_join();
    CHECK(killed.killed());
    go.set();
    CHECK(co_await first.text() == "0");
    CHECK(co_await peer::fetch(client, peer::url(server)) == "last");
  });
}

TEST_CASE("client: idle connections are closed when their time is over, and the oldest when there are too many") {
  testkit::run([]() -> task<> {
    http::client_options options;
    options.pool.idle_timeout = 20ms;
    http::client client(options);
    scripted_peer server(peer::serve(peer::ok("a")));
    CHECK(co_await peer::fetch(client, peer::url(server)) == "a");
    CHECK(client.stats().idle == 1);
    co_await server.wait_ended();
    CHECK(client.stats().idle == 0);

    http::client_options few;
    few.pool.max_idle = 1;
    http::client small(few);
    scripted_peer old(peer::serve(peer::ok("a")));
    scripted_peer recent(peer::serve(peer::ok("b")));
    CHECK(co_await peer::fetch(small, peer::url(old)) == "a");
    CHECK(co_await peer::fetch(small, peer::url(recent)) == "b");
    co_await old.wait_ended();
    CHECK(small.stats().idle == 1);
  });
}

TEST_CASE("client: a response outlives its client") {
  testkit::run([]() -> task<> {
    event go;
    scripted_peer server(script()
                             .expect(peer::end_of_head)
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                             .wait_for(go)
                             .send("hello"));
    std::optional<http::client> client(std::in_place);
    http::response r = co_await client->get(peer::url(server));
    client.reset();
    go.set();
    CHECK(co_await r.text() == "hello");
    co_await server.wait_ended();
  });
}

TEST_CASE("client: a request killed anywhere leaves no half-used connection") {
  testkit::run([]() -> task<> {
    const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    for (int turns = 0; turns < 60; ++turns) {
      scripted_peer server(script().expect(peer::end_of_head).send_in_pieces(text, 9));
      http::client client;
      auto fetch = [&] { return peer::fetch(client, peer::url(server)); };
      handle<std::string> work = spawn(fetch);
      for (int i = 0; i < turns; ++i) co_await yield();
      co_await work.kill_join();
      CHECK(client.stats().active == 0);
      CHECK(client.stats().idle == (work.ok() ? 1 : 0));
    }
  });
}

TEST_CASE("client: many requests at once share the connections of their origin") {
  testkit::run([]() -> task<> {
    std::vector<std::string> texts(50, peer::ok("x"));
    scripted_peer server(serve_all(texts));
    http::client client(with_limit(3));
    std::vector<handle<std::string>> all;
    auto fetch = [&] { return peer::fetch(client, peer::url(server)); };
    for (int i = 0; i < 50; ++i) all.push_back(spawn(fetch));
    co_await joinall(all);
    CHECK(server.connections() == 3);
    CHECK(client.stats().active == 0);
    CHECK(client.stats().idle == 3);
  });
}

}  // namespace
