#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <weft/core/fifo.hpp>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/serve.hpp>
#include <weft/tls/context.hpp>

#include "echo/counters.hpp"

namespace weft::echo_app {

/// The TCP side of a server on one loop: echoes what comes until the peer ends its side, then ends its own.
///
/// A connection holds a small buffer; a large one is lent to those that send much. What a peer does not read is not read
/// from it either.
/// Lifetime: outlives the task of run(). Threads: one loop.
class tcp_service {
 public:
  tcp_service(server_counters& counters, duration idle) : counters_(counters), idle_(idle) {}
  tcp_service(const tcp_service&) = delete;
  tcp_service& operator=(const tcp_service&) = delete;

  /// Serves until it is cancelled; with `tls`, TLS.
  task<> run(net::listener source, net::serve_options options, std::optional<tls::context> tls);

 private:
  /// A connection as the search for idle ones sees it.
  class visitor;

  template <class Stream>
  task<> echo(Stream stream);
  template <class Stream>
  task<> echo_much(Stream& stream, visitor& self);
  task<> close_idle();

  [[nodiscard]] std::unique_ptr<std::byte[]> borrow();
  void give_back(std::unique_ptr<std::byte[]> buffer);

  server_counters& counters_;
  duration idle_;
  weft::detail::fifo<visitor> visitors_;
  std::vector<std::unique_ptr<std::byte[]>> spare_;
};

}  // namespace weft::echo_app
