#include <algorithm>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <weft/core/cancel_scope.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/connect.hpp>
#include <weft/sync/semaphore.hpp>
#include <weft/tls/connect.hpp>

#include "echo/bench.hpp"
#include "echo/connecting.hpp"
#include "echo/messages.hpp"

namespace weft::echo_app {
namespace {

constexpr std::size_t read_size = 64 * 1024;

/// One connection: messages on their way, oldest first, and the answer that is coming in.
///
/// Invariants: `sent_` has the moments of the messages `answered_` to `answered_ + sent_.size() - 1`.
template <class Stream>
class loaded_connection {
 public:
  loaded_connection(bench_run& run, const messages& texts, Stream stream, std::size_t index)
      : run_(run), texts_(texts), stream_(std::move(stream)), index_(index), window_(run.settings.pipeline) {}

  /// Sends as the settings say and checks what comes, until it is cancelled or the stream fails.
  task<> go_on() {
    auto body = [this](task_group& group) -> task<> {
      group.spawn([this] { return send(); });
      co_await receive();
    };
    co_await scope(body);
  }

  /// One task for both, where answers always find room: no more is sent than came back.
  task<> ping_pong() {
    std::string buffer(std::min(read_size, texts_.size() * run_.settings.pipeline), ' ');
    for (std::size_t i = 0; i < run_.settings.pipeline; ++i) co_await send_next(this_loop().now());
    for (;;) {
      const std::size_t got = co_await stream_.read_some(buffer);
      for (std::size_t complete = take(std::span(buffer).first(got)); complete > 0; --complete) {
        co_await send_next(this_loop().now());
      }
    }
  }

  /// Messages that were due and have no answer count as if it came at the end: they are what a server that cannot keep up
  /// makes wait.
  void count_unanswered() {
    if (!run_.settings.rate) return;
    for (std::uint64_t number = answered_; run_.due(number, index_) < run_.end; ++number) {
      run_.result.latencies.add((run_.end - run_.due(number, index_)).count());
    }
  }

 private:
  task<> send() {
    for (;;) {
      if (run_.settings.rate) {
        const time_point due = run_.due(answered_ + sent_.size(), index_);
        if (due > this_loop().now()) co_await sleep_until(due);
        co_await send_next(due);
      } else {
        co_await window_.acquire();
        co_await send_next(this_loop().now());
      }
    }
  }
  auto send_next(time_point moment) {
    const std::uint64_t number = answered_ + sent_.size();
    sent_.push_back(moment);
    return stream_.write_all(texts_.bytes_of(number));
  }
  task<> receive() {
    std::string buffer(read_size, ' ');
    for (;;) {
      const std::size_t got = co_await stream_.read_some(buffer);
      for (std::size_t complete = take(std::span(buffer).first(got)); complete > 0; --complete) {
        if (!run_.settings.rate) window_.release();
      }
    }
  }
  /// Checks what came; gives how many messages it completes.
  std::size_t take(std::span<const char> bytes) {
    if (bytes.empty()) throw std::runtime_error("the server ended the connection");
    const time_point now = this_loop().now();
    std::size_t complete = 0;
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), texts_.size() - offset_));
      if (sent_.empty() || !texts_.matches(answered_, offset_, part)) {
        ++run_.result.mismatches;
        throw std::runtime_error("what came back is not what was sent");
      }
      bytes = bytes.subspan(part.size());
      offset_ += part.size();
      if (offset_ < texts_.size()) break;
      run_.answered(sent_.front(), now);
      sent_.pop_front();
      ++answered_;
      ++complete;
      offset_ = 0;
    }
    return complete;
  }

  bench_run& run_;
  const messages& texts_;
  Stream stream_;
  std::size_t index_;
  semaphore window_;
  std::deque<time_point> sent_;
  std::uint64_t answered_ = 0;
  std::size_t offset_ = 0;  // into the answer that is coming in
};

template <class Stream>
task<> load_connection(bench_run& run, loaded_connection<Stream>& one) {
  constexpr std::size_t always_fits = 32 * 1024;
  try {
    const bool simple = !run.settings.rate && run.settings.pipeline * run.settings.size <= always_fits;
    if (simple) {
      co_await one.ping_pong();
    } else {
      co_await one.go_on();
    }
  } catch (const std::exception&) {
    ++run.result.broken;
  }
}

template <class Stream, class Connect>
task<> load_over(bench_run& run, Connect connect) {
  const messages texts(run.settings.size);
  std::vector<std::unique_ptr<loaded_connection<Stream>>> all;
  for (std::size_t i = 0; i < run.settings.connections; ++i) {
    auto stream = co_await connect();
    all.push_back(std::make_unique<loaded_connection<Stream>>(run, texts, std::move(stream), i));
  }
  co_await run_for_its_time(run, [&](task_group& group) {
    for (auto& one : all) group.spawn(load_connection<Stream>, std::ref(run), std::ref(*one));
  });
  for (auto& one : all) one->count_unanswered();
}

}  // namespace

task<> load_tcp(bench_run& run) {
  const target_config& target = run.settings.target;
  if (target.tls) {
    const tls::connect_options options = tls_options(target);
    auto connect = [&]() -> task<tls::stream> { return tls::connect(target.host, target.port, options); };
    co_await load_over<tls::stream>(run, connect);
  } else {
    auto connect = [&]() -> task<net::tcp_socket> { return net::connect(target.host, target.port); };
    co_await load_over<net::tcp_socket>(run, connect);
  }
}

}  // namespace weft::echo_app
