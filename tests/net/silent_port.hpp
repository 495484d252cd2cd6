#pragma once

#include <weft/core/task.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>

#include <chrono>
#include <utility>
#include <vector>

/// A port whose queue of connections is full: the kernel drops every further SYN.
class silent_port {
 public:
  static weft::task<silent_port> make() {
    weft::net::listen_options options;
    options.backlog = 0;
    silent_port port(weft::net::listen("127.0.0.1", 0, options));
    // A queue of length 0 holds one connection; a second one may get through before the first is counted.
    for (;;) {
      weft::net::connect_options brief;
      brief.timeout = std::chrono::milliseconds(200);
      try {
        port.queued_.push_back(co_await weft::net::connect(port.endpoint(), brief));
      } catch (const weft::net::connect_error&) {
        break;
      }
    }
    co_return std::move(port);
  }

  [[nodiscard]] weft::net::tcp_endpoint endpoint() const { return listener_.local_endpoint(); }

 private:
  explicit silent_port(weft::net::listener listener) : listener_(std::move(listener)) {}

  weft::net::listener listener_;
  std::vector<weft::net::tcp_socket> queued_;
};
