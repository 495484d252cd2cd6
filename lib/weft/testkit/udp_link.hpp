#pragma once

#include <weft/core/task.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/testkit/link_fate.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace weft {
class task_group;
}

namespace weft::testkit {

/// A relay for datagrams that is a bad link: loses, delays, repeats, swaps and spoils them as its options say.
///
///     udp_link link(net::udp_bind("127.0.0.1", 0), server.local_endpoint(), {.seed = 7, .loss = 0.3});
///     group.spawn([&] { return link.run(); });   // clients send to link.endpoint()
///
/// Each client that sends to endpoint() is seen by the target as a port of its own; what the target sends there goes back to
/// the client. The `most_clients` that have sent last have such a port, fewer where descriptors run out; one that has lost
/// it gets another, as behind a router. The fate of a packet follows from the seed, its number and its direction alone: a run can be repeated.
///
/// Ownership:    owns its sockets.
/// Lifetime:     outlives the task of run().
/// Threads:      one loop.
/// Cancellation: ends run(); packets on their way are lost.
/// Errors:       what net/ throws; a peer that is not there is loss.
class udp_link {
 public:
  static constexpr std::size_t most_clients = 1000;

  udp_link(net::udp_socket front, net::udp_endpoint target, link_options options = {});
  udp_link(const udp_link&) = delete;
  udp_link& operator=(const udp_link&) = delete;
  ~udp_link();

  /// Relays until it is cancelled.
  task<> run();

  /// Where clients send to.
  [[nodiscard]] net::udp_endpoint endpoint() const { return front_.local_endpoint(); }

  /// What applies from the next packet on. Numbers go on, so that a seed means the same as before.
  void set_options(const link_options& options) { options_ = options; }
  [[nodiscard]] const link_options& options() const noexcept { return options_; }

  /// Nothing goes through while the link is cut.
  void cut() noexcept { is_cut_ = true; }
  void mend() noexcept { is_cut_ = false; }

  [[nodiscard]] const link_statistics& statistics() const noexcept { return statistics_; }

 private:
  struct client;
  struct packet;

  /// Null: the system has no socket for it.
  task<std::shared_ptr<client>> client_of(net::udp_endpoint from, task_group& group);
  void forget_quietest();
  task<> relay_there(task_group& group);
  task<> relay_back(std::shared_ptr<client> of, task_group& group);
  void take(packet one, link_direction direction, task_group& group);
  task<> deliver(packet one, time_point due);

  net::udp_socket front_;
  net::udp_endpoint target_;
  link_options options_;
  bool is_cut_ = false;
  link_statistics statistics_;
  std::uint64_t numbers_[2] = {0, 0};
  link_rate rates_[2];
  std::map<net::udp_endpoint, std::shared_ptr<client>> clients_;
  std::uint64_t heard_ = 0;  // datagrams of clients
};

}  // namespace weft::testkit
