#include <weft/tls/connect.hpp>

#include <weft/core/spawn.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/scripted_peer.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <vector>

#include "support.hpp"

using namespace weft;
using support::world;
using tls::error_kind;

TEST_CASE("tls handshake: the server learns the name, in lower case and without a last dot, but no address") {
  testkit::run([]() -> task<> {
    world w;
    auto named = co_await w.connect("A.Test.");
    CHECK(named.far.server_name() == "a.test");
    auto numbered = co_await w.connect("127.0.0.1");
    CHECK(numbered.far.server_name().empty());
  });
}

TEST_CASE("tls handshake: a peer that does not speak TLS is named as such, on both sides") {
  testkit::run([]() -> task<> {
    world w;
    auto play = testkit::script().send("HTTP/1.1 400 Bad Request\r\n\r\n");
    testkit::scripted_peer peer(play);
    auto handshake = [&]() -> task<> {
      auto socket = co_await net::connect(peer.endpoint());
      co_await tls::client_handshake(std::move(socket), "a.test", w.client);
    };
    CHECK(co_await support::kind_of(handshake()) == error_kind::not_tls);

    auto ends = co_await support::make_tcp_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    co_await near.write_all("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
    auto accept = [&far, &w]() -> task<> { co_await tls::server_handshake(std::move(far), w.server); };
    CHECK(co_await support::kind_of(accept()) == error_kind::not_tls);
  });
}

TEST_CASE("tls handshake: a client that has reset before is told as what it is") {
  testkit::run([]() -> task<> {
    world w;
    auto ends = co_await support::make_tcp_pair();
    ends.near.reset();
    co_await ends.far.wait_readable();
    boost::system::error_code told;
    try {
      co_await tls::server_handshake(std::move(ends.far), w.server);
    } catch (const boost::system::system_error& error) {
      told = error.code();
    }
    CHECK(told == boost::asio::error::connection_reset);
  });
}

TEST_CASE("tls handshake: a peer that ends or resets during the handshake") {
  testkit::run([]() -> task<> {
    world w;
    auto closing = testkit::script().expect_bytes(1).finish();
    auto resetting = testkit::script().expect_bytes(1).reset();
    std::vector<testkit::script> plays{closing, resetting};
    testkit::scripted_peer peer(plays);
    auto handshake = [&]() -> task<> {
      auto socket = co_await net::connect(peer.endpoint());
      co_await tls::client_handshake(std::move(socket), "a.test", w.client);
    };
    CHECK(co_await support::kind_of(handshake()) == error_kind::truncated);
    boost::system::error_code code;
    try {
      co_await handshake();
    } catch (const boost::system::system_error& error) {
      code = error.code();
    }
    CHECK(code == boost::asio::error::connection_reset);
  });
}

TEST_CASE("tls handshake: a handshake that the peer refuses is an alert") {
  testkit::run([]() -> task<> {
    world w;
    tls::context_options options;
    options.roots = tls::system_roots::ignored;
    options.ca_files = {w.root.certificate_file};
    options.alpn = {"h2"};
    const tls::context other_protocol(options);
    auto attempt = [&]() -> task<> { co_await support::make_tls_pair(other_protocol, w.server, "a.test"); };
    CHECK(co_await support::kind_of(attempt()) == error_kind::alert);
  });
}

TEST_CASE("tls handshake: a server that asks for certificates takes a client with one and refuses one without") {
  testkit::run([]() -> task<> {
    world w;
    tls::server_context_options strict;
    strict.certificate = {w.leaf.certificate_file, w.leaf.key_file};
    strict.client_ca_files = {w.root.certificate_file};
    const tls::context server(strict);
    tls::context_options options;
    options.roots = tls::system_roots::ignored;
    options.ca_files = {w.root.certificate_file};
    options.certificate = tls::certificate_files{w.leaf.certificate_file, w.leaf.key_file};
    const tls::context with_certificate(options);
    auto pair = co_await support::make_tls_pair(with_certificate, server, "a.test");
    co_await pair.near.write_all("x");
    std::string one(1, ' ');
    CHECK(co_await pair.far.read_exactly(one) == 1);

    auto ends = co_await support::make_tcp_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    const auto accepting = spawn(tls::server_handshake, std::move(far), server);
    // In TLS 1.3 the client has finished before the server looks at its certificate.
    auto read = [&near, &w]() -> task<> {
      auto stream = co_await tls::client_handshake(std::move(near), "a.test", w.client);
      co_await support::read_all(stream);
    };
    CHECK(co_await support::kind_of(read()) == error_kind::alert);
    co_await accepting.join();
    CHECK_THROWS_AS(std::rethrow_exception(accepting.error()), tls::error);
  });
}

TEST_CASE("tls handshake: an address with and without brackets is one peer, named without them") {
  testkit::run([]() -> task<> {
    world w;
    std::string told;
    try {
      co_await w.connect("[0:0::1]");
    } catch (const tls::error& error) {
      told = error.what();
    }
    CHECK(told.starts_with("TLS connection with '::1': "));
  });
}
