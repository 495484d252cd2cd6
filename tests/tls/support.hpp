#pragma once

#include <weft/core/spawn.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/tls/connect.hpp>

#include <optional>
#include <string>
#include <utility>

#include "certificates.hpp"

// Two ends of a TLS connection on the loopback.
namespace support {

struct tcp_pair {
  weft::net::tcp_socket near;
  weft::net::tcp_socket far;
};

inline weft::task<tcp_pair> make_tcp_pair() {
  auto listener = weft::net::listen("127.0.0.1", 0);
  auto near = co_await weft::net::connect(listener.local_endpoint());
  auto far = co_await listener.accept();
  co_return tcp_pair{std::move(near), std::move(far)};
}

struct tls_pair {
  weft::tls::stream near;
  weft::tls::stream far;
};

inline weft::tls::context server_context(const certificates::identity& identity) {
  weft::tls::server_context_options options;
  options.certificate = {identity.certificate_file, identity.key_file};
  return weft::tls::context(options);
}

inline weft::tls::context client_context(const std::filesystem::path& trusted) {
  weft::tls::context_options options;
  options.roots = weft::tls::system_roots::ignored;
  options.ca_files = {trusted};
  return weft::tls::context(options);
}

/// Both handshakes; the client's failure is thrown.
inline weft::task<tls_pair> make_tls_pair(weft::tls::context client, weft::tls::context server, std::string host) {
  auto ends = co_await make_tcp_pair();
  [[maybe_unused]] auto& near = ends.near;
  [[maybe_unused]] auto& far = ends.far;
  const auto accepting = weft::spawn(weft::tls::server_handshake, std::move(far), std::move(server));
  std::exception_ptr refused;
  std::optional<weft::tls::stream> client_end;
  try {
    client_end.emplace(co_await weft::tls::client_handshake(std::move(near), std::move(host), std::move(client)));
  } catch (const weft::tls::error&) {
    refused = std::current_exception();
  }
  co_await accepting.join();
  if (refused) {
    (void)accepting.error();
    std::rethrow_exception(refused);
  }
  auto server_end = co_await accepting;
  co_return tls_pair{std::move(*client_end), std::move(server_end)};
}

/// A CA, a server that is a.test, localhost and 127.0.0.1, and a client that trusts the CA.
struct world {
  certificates::folder files;
  certificates::identity root = files.make({.is_ca = true});
  certificates::identity leaf = files.make({.names = {"DNS:a.test", "DNS:localhost", "IP:127.0.0.1"}}, &root);
  weft::tls::context server = server_context(leaf);
  weft::tls::context client = client_context(root.certificate_file);

  [[nodiscard]] weft::task<tls_pair> connect(std::string host = "a.test") {
    return make_tls_pair(client, server, std::move(host));
  }
};

/// The kind of tls::error that `work` ends with; none when it succeeds.
inline weft::task<std::optional<weft::tls::error_kind>> kind_of(weft::task<> work) {
  try {
    co_await std::move(work);
  } catch (const weft::tls::error& error) {
    co_return error.kind();
  }
  co_return std::nullopt;
}

template <class Stream>
weft::task<std::string> read_all(Stream& stream) {
  std::string all;
  std::string buffer(64 * 1024, ' ');
  for (;;) {
    const std::size_t got = co_await stream.read_some(buffer);
    if (got == 0) co_return all;
    all.append(buffer.data(), got);
  }
}

}  // namespace support
