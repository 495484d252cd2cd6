#pragma once

#include <weft/core/spawn.hpp>
#include <weft/core/task.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/serve.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <utility>

// What the tests of serve() share.
namespace serving {

inline weft::task<> echo(weft::net::tcp_socket socket) {
  std::array<std::byte, 4096> buffer{};
  while (const std::size_t got = co_await socket.read_some(buffer))
    co_await socket.write_all(std::span(buffer).first(got));
}

inline weft::task<std::string> ask(weft::net::tcp_endpoint at, std::string text) {
  auto socket = co_await weft::net::connect(at);
  co_await socket.write_all(text);
  socket.shutdown_write();
  std::string answer(text.size(), ' ');
  co_await socket.read_exactly(answer);
  co_return answer;
}

struct running_server {
  weft::net::tcp_endpoint at;
  weft::handle<void> task;
};

inline running_server start(weft::net::connection_handler handler, weft::net::serve_options options = {}) {
  auto listener = weft::net::listen("127.0.0.1", 0);
  const auto at = listener.local_endpoint();
  return {at, weft::spawn(weft::net::serve, std::move(listener), std::move(handler), options)};
}

inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace serving
