#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/cancel_scope.hpp>
#include <weft/core/cancelled.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/net/udp_socket.hpp>

#include "echo/bench.hpp"
#include "echo/connecting.hpp"
#include "echo/messages.hpp"

namespace weft::echo_app {
namespace {

constexpr duration patience = std::chrono::milliseconds(500);  // for an answer
constexpr duration look_every = std::chrono::milliseconds(100);
constexpr std::size_t datagrams_at_once = 64;

/// One socket with numbered datagrams on their way. In a closed loop each has a slot, and the next one of a slot is sent when
/// the last is answered or given up.
class loaded_socket {
 public:
  loaded_socket(bench_run& run, const messages& texts, net::udp_endpoint peer, std::size_t index)
      : run_(run),
        texts_(texts),
        peer_(peer),
        index_(index),
        socket_(net::udp_bind(net::udp_endpoint(any_like(peer), 0), roomy())),
        slots_(run.settings.rate ? 4096 : run.settings.pipeline),
        incoming_({.count = datagrams_at_once, .max_size = std::max<std::size_t>(2048, texts.size() + 1)}),
        outgoing_({.count = datagrams_at_once, .max_size = std::max<std::size_t>(2048, texts.size())}),
        text_(texts.size(), ' ') {
    socket_.connect(peer);
  }

  /// Until it is cancelled.
  task<> go_on() {
    for (std::size_t i = 0; i < slots_.size() && !run_.settings.rate; ++i) send_later(i, this_loop().now());
    for (;;) {
      co_await flush();
      co_await receive_for_a_while();
      give_up();
    }
  }
  task<> send_at_rate() {
    for (std::uint64_t number = 0;; ++number) {
      const time_point due = run_.due(number, index_);
      if (due > this_loop().now()) {
        co_await flush();
        co_await sleep_until(due);
      }
      slot& taken = slots_[number % slots_.size()];
      if (taken.waiting) ++run_.result.lost;
      taken = {number, due, true};
      write(number);
      if (to_send_.size() >= datagrams_at_once) co_await flush();
    }
  }
  task<> receive_only() {
    for (;;) {
      co_await socket_.receive_batch(incoming_);
      take();
    }
  }
  [[nodiscard]] std::uint64_t unanswered(time_point before) const {
    std::uint64_t count = 0;
    for (const auto& each : slots_) count += each.waiting && each.sent < before ? 1 : 0;
    return count;
  }

 private:
  struct slot {
    std::uint64_t number = 0;
    time_point sent = {};
    bool waiting = false;
  };

  static net::ip_address any_like(const net::udp_endpoint& peer) {
    if (peer.address().is_v4()) return boost::asio::ip::address_v4::any();
    return boost::asio::ip::address_v6::any();
  }
  static net::udp_options roomy() {
    net::udp_options options;
    options.receive_buffer = 4 << 20;
    return options;
  }

  void write(std::uint64_t number) { to_send_.push_back(number); }
  void send_later(std::size_t index, time_point now) {
    slot& taken = slots_[index];
    taken.number = taken.waiting || taken.sent != time_point{} ? taken.number + slots_.size() : index;
    taken.sent = now;
    taken.waiting = true;
    write(taken.number);
  }
  task<> flush() {
    std::size_t done = 0;
    while (done < to_send_.size()) {
      outgoing_.clear();
      while (done < to_send_.size()) {
        const auto text = texts_.bytes_of(to_send_[done]);
        std::copy(text.begin(), text.end(), text_.begin());
        std::memcpy(text_.data(), &to_send_[done], sizeof(std::uint64_t));
        if (!outgoing_.try_push(text_, peer_)) break;
        ++done;
      }
      co_await socket_.send_batch(outgoing_);
    }
    to_send_.clear();
  }
  task<> receive_for_a_while() {
    deadline_scope limit(deadline_after(look_every));
    try {
      for (;;) {
        co_await socket_.receive_batch(incoming_);
        take();
        co_await flush();
      }
    } catch (const cancelled&) {
      if (!limit.was_hit()) throw;
    }
  }
  void take() {
    const time_point now = this_loop().now();
    for (const auto& each : incoming_) {
      const std::span<const char> bytes(reinterpret_cast<const char*>(each.bytes.data()), each.bytes.size());
      std::uint64_t number = 0;
      constexpr std::size_t head = sizeof number;
      if (bytes.size() == texts_.size()) std::memcpy(&number, bytes.data(), head);
      if (bytes.size() != texts_.size() || !texts_.matches(number, head, bytes.subspan(head))) {
        ++run_.result.mismatches;
        continue;
      }
      slot& answered = slots_[number % slots_.size()];
      if (!answered.waiting || answered.number != number) continue;  // given up before, or a second answer
      run_.answered(answered.sent, now);
      answered.waiting = false;
      if (!run_.settings.rate) send_later(number % slots_.size(), now);
    }
  }
  void give_up() {
    const time_point now = this_loop().now();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!slots_[i].waiting || slots_[i].sent + patience > now) continue;
      ++run_.result.lost;
      send_later(i, now);
    }
  }

  bench_run& run_;
  const messages& texts_;
  net::udp_endpoint peer_;
  std::size_t index_;
  net::udp_socket socket_;
  std::vector<slot> slots_;
  net::udp_batch incoming_;
  net::udp_batch outgoing_;
  std::string text_;
  std::vector<std::uint64_t> to_send_;
};

}  // namespace

task<> load_udp(bench_run& run) {
  const auto peer = co_await find_datagram_peer(run.settings.target);
  const messages texts(run.settings.size);
  std::vector<std::unique_ptr<loaded_socket>> all;
  for (std::size_t i = 0; i < run.settings.connections; ++i) {
    all.push_back(std::make_unique<loaded_socket>(run, texts, peer, i));
  }
  co_await run_for_its_time(run, [&](task_group& group) {
    for (auto& one : all) {
      if (run.settings.rate) {
        group.spawn([&one] { return one->send_at_rate(); });
        group.spawn([&one] { return one->receive_only(); });
      } else {
        group.spawn([&one] { return one->go_on(); });
      }
    }
  });
  // What was sent in the last moments has had no time to come back.
  if (!run.settings.rate) co_return;
  for (const auto& one : all) run.result.lost += one->unanswered(run.end - patience);
}

}  // namespace weft::echo_app
