#include <weft/testkit/tcp_link.hpp>

#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/serve.hpp>
#include <weft/sync/queue.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace weft::testkit {

namespace {

constexpr std::size_t piece_size = 1460;
constexpr std::size_t pieces_on_the_way = 1024;

}  // namespace

struct tcp_link::piece {
  std::string bytes;  ///< empty: the stream has ended
  time_point due;
};

/// One direction of one connection.
class tcp_link::pipe {
 public:
  pipe(tcp_link& link, link_direction direction) : link_(link), direction_(direction) {}

  task<> take_in(net::tcp_socket& from) {
    std::array<char, piece_size> buffer;
    for (;;) {
      const std::size_t got = co_await from.read_some(buffer);
      const packet_fate fate = link_.take(direction_, got);
      piece next{std::string(buffer.data(), got), due_of(fate, got)};
      if (fate.corrupted) {
        char& spoilt = next.bytes[fate.corrupted_at];
        spoilt = static_cast<char>(spoilt ^ fate.corrupted_by);
      }
      co_await on_the_way_.put(std::move(next));
      if (got == 0) co_return;
    }
  }
  task<> give_out(net::tcp_socket& to) {
    for (;;) {
      piece next = co_await on_the_way_.get();
      if (next.due > this_loop().now()) co_await sleep_until(next.due);
      co_await link_.is_whole_.wait();
      if (next.bytes.empty()) break;
      co_await to.write_all(next.bytes);
      ++link_.statistics_.delivered;
    }
    to.shutdown_write();
  }

 private:
  time_point due_of(const packet_fate& fate, std::size_t size) {
    // A stream has no room to run out of: what the rate holds back waits with its reader.
    link_options patient = link_.options_;
    patient.queue = SIZE_MAX / 2;
    const auto through = link_.rates_[static_cast<std::size_t>(direction_)].pass(patient, this_loop().now(), size);
    const duration extra = fate.lost ? link_.options_.delay + retransmission : fate.delay;
    last_due_ = std::max(last_due_, through.value_or(this_loop().now()) + extra);
    return last_due_;
  }

  tcp_link& link_;
  link_direction direction_;
  queue<piece> on_the_way_{pieces_on_the_way};
  time_point last_due_ = {};
};

tcp_link::tcp_link(net::listener front, net::tcp_endpoint target, link_options options)
    : front_(std::move(front)), endpoint_(front_.local_endpoint()), target_(std::move(target)), options_(options) {
  is_whole_.set();
}

task<> tcp_link::run() {
  net::serve_options options;
  options.drain = duration::zero();
  co_await net::serve(std::move(front_), [this](net::tcp_socket client) { return relay(std::move(client)); }, options);
}

task<> tcp_link::relay(net::tcp_socket client) {
  bool orderly = false;
  std::optional<net::tcp_socket> server;
  try {
    server.emplace(co_await net::connect(target_));
    pipe there(*this, link_direction::there);
    pipe back(*this, link_direction::back);
    auto body = [&](task_group& group) -> task<> {
      group.spawn([&] { return there.take_in(client); });
      group.spawn([&] { return there.give_out(*server); });
      group.spawn([&] { return back.take_in(*server); });
      group.spawn([&] { return back.give_out(client); });
      co_return;
    };
    co_await scope(body);
    orderly = true;
  } catch (const std::exception&) {
    // Either end is gone: the other one sees a reset.
  }
  if (orderly) co_return;
  client.reset();
  if (server) server->reset();
}

packet_fate tcp_link::take(link_direction direction, std::size_t size) {
  packet_fate fate = decide_fate(options_, numbers_[static_cast<std::size_t>(direction)]++, direction, size);
  ++statistics_.packets;
  if (fate.lost) ++statistics_.lost;
  if (fate.corrupted) ++statistics_.corrupted;
  return fate;
}

}  // namespace weft::testkit
