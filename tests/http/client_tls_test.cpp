#include <weft/http/client.hpp>

#include <weft/core/handle.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/listener.hpp>

#include "peer.hpp"
#include "tls/certificates.hpp"
#include "tls/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace weft;
using http::error_kind;

/// How a TLS server ends its connection.
enum class ending { close_notify, bare_end };

/// Serves one connection: each text answers one request.
task<> serve_one(net::listener& source, tls::context context, std::vector<std::string> texts, ending how) {
  net::tcp_socket socket = co_await source.accept();
  tls::stream stream = co_await tls::server_handshake(std::move(socket), context);
  for (const std::string& text : texts) {
    std::string head;
    co_await stream.read_until(head, peer::end_of_head);
    co_await stream.write_all(text);
  }
  if (how == ending::bare_end) {
    stream.socket().shutdown_write();
    stream.socket().close();
  } else {
    co_await stream.shutdown();
  }
}

struct site {
  site() : authority(files.make({.common_name = "test authority", .is_ca = true})) {
    certificates::request server;
    server.names = {"DNS:localhost", "IP:127.0.0.1"};
    identity = files.make(server, &authority);
    options.tls = support::client_context(authority.certificate_file);
  }
  certificates::folder files;
  certificates::identity authority;
  certificates::identity identity;
  http::client_options options;
};

std::string address(const net::listener& source, std::string_view host = "127.0.0.1") {
  return "https://" + std::string(host) + ":" + std::to_string(source.port()) + "/";
}

TEST_CASE("client: https, with the connection kept") {
  testkit::run([]() -> task<> {
    site s;
    net::listener source = net::listen("127.0.0.1", 0);
    const std::vector<std::string> texts{peer::ok(std::string(100'000, 'x')), peer::ok("b")};
    handle<void> server =
        spawn(serve_one, std::ref(source), support::server_context(s.identity), texts, ending::close_notify);
    http::client client(s.options);
    http::response r = co_await client.get(address(source));
    CHECK(r.tls_version() == "TLSv1.3");
    CHECK(r.timings().secured.has_value());
    const std::string body = co_await r.text();
    CHECK(body.size() == 100'000);
    http::response second = co_await client.get(address(source));
    CHECK(second.reused());
    CHECK(co_await second.text() == "b");
    client.close_idle();
    co_await server;
  });
}

TEST_CASE("client: a certificate for another name, or of an unknown authority, is refused") {
  testkit::run([]() -> task<> {
    site s;
    certificates::request other;
    other.names = {"DNS:other.test"};
    const certificates::identity wrong = s.files.make(other, &s.authority);
    net::listener source = net::listen("127.0.0.1", 0);
    handle<void> server = spawn(serve_one, std::ref(source), support::server_context(wrong), std::vector<std::string>{},
                                ending::bare_end);
    http::client client(s.options);
    CHECK(co_await peer::failure(client.get(address(source))) == error_kind::tls_host_mismatch);
    co_await server.join();
    http::client_options strangers;
    strangers.tls = support::client_context(wrong.certificate_file);
    http::client stranger(strangers);
    handle<void> again = spawn(serve_one, std::ref(source), support::server_context(s.identity),
                               std::vector<std::string>{}, ending::bare_end);
    CHECK(co_await peer::failure(stranger.get(address(source))) == error_kind::tls_untrusted);
    co_await again.join();
    (void)server.error();
    (void)again.error();
  });
}

TEST_CASE("client: a body that ends with the connection needs TLS's own end") {
  testkit::run([]() -> task<> {
    site s;
    for (const ending how : {ending::close_notify, ending::bare_end}) {
      net::listener source = net::listen("127.0.0.1", 0);
      const std::vector<std::string> texts{"HTTP/1.1 200 OK\r\n\r\nbody"};
      handle<void> server = spawn(serve_one, std::ref(source), support::server_context(s.identity), texts, how);
      http::client client(s.options);
      if (how == ending::close_notify) {
        CHECK(co_await peer::fetch(client, address(source, "localhost")) == "body");
      } else {
        CHECK(co_await peer::failure(peer::fetch(client, address(source, "localhost"))) == error_kind::tls_truncated);
      }
      co_await server.join();
      (void)server.error();
    }
  });
}

TEST_CASE("client: a redirect from https to http is refused unless allowed") {
  testkit::run([]() -> task<> {
    site s;
    peer::scripted_peer plain(peer::serve(peer::ok("plain")));
    for (const http::downgrade rule : {http::downgrade::refuse, http::downgrade::allow}) {
      net::listener source = net::listen("127.0.0.1", 0);
      const std::vector<std::string> texts{peer::redirect("302 Found", peer::url(plain))};
      handle<void> server =
          spawn(serve_one, std::ref(source), support::server_context(s.identity), texts, ending::close_notify);
      http::client_options options = s.options;
      options.redirects.https_to_http = rule;
      http::client client(options);
      if (rule == http::downgrade::refuse) {
        CHECK(co_await peer::failure(client.get(address(source))) == error_kind::redirect_blocked);
      } else {
        CHECK(co_await peer::fetch(client, address(source)) == "plain");
      }
      client.close_idle();
      co_await server.join();
      (void)server.error();
    }
  });
}

}  // namespace
