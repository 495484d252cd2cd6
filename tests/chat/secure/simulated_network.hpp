#pragma once

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "chat/protocol.hpp"

namespace weft::chat_app::testing {

/// What a network does to datagrams.
struct weather {
  double loss = 0;
  double duplication = 0;
  duration delay = std::chrono::milliseconds(10);
  duration jitter = {};  ///< more than the time between datagrams: they overtake each other
};

inline endpoint address(std::uint16_t port) { return {boost::asio::ip::make_address("192.0.2.1"), port}; }

/// Protocols that talk over a network of simulated time; the same seed gives the same weather.
class simulated_network {
 public:
  simulated_network(weather sky, std::uint64_t seed) : sky_(sky), random_(seed) {}

  void attach(const endpoint& where, protocol& mode) { nodes_[where] = &mode; }
  void detach(const endpoint& where) { nodes_.erase(where); }
  void move(const endpoint& from, const endpoint& to) {
    auto* mode = nodes_.at(from);
    nodes_.erase(from);
    nodes_[to] = mode;
  }
  /// The node at `where` has another address, from which it sends to other addresses of others: as with IPv4 and IPv6.
  void attach_again(const endpoint& where, const endpoint& other) {
    nodes_[other] = nodes_.at(where);
    others_[where] = other;
  }
  /// What is sent to `entry` arrives at `target` from `exit`, and the other way round.
  void relay(const endpoint& entry, const endpoint& exit, const endpoint& target) {
    relays_.push_back({entry, exit, target});
  }
  void set_weather(weather sky) { sky_ = sky; }
  struct sent {
    endpoint from;
    endpoint to;
    std::string bytes;
  };
  /// What `lost` says does not arrive, whatever the weather.
  void lose(std::function<bool(const sent&)> lost) { lost_ = std::move(lost); }
  time_point now() const { return now_; }

  /// Events of the node since the last call.
  std::vector<chat_event> events(const endpoint& where) { return std::exchange(events_[nodes_.at(where)], {}); }
  /// Every datagram that was sent, for replaying.
  const std::vector<sent>& history() const { return history_; }
  void inject(const sent& datagram) { deliver(datagram); }

  /// Lets time pass until `done()` or for `limit`; gives whether it was done.
  template <class Done>
  bool run(duration limit, Done done) {
    const auto end = now_ + limit;
    for (collect(); !done(); collect()) {
      auto next = air_.empty() ? time_point::max() : air_.begin()->first;
      for (const auto& [where, mode] : nodes_) next = std::min(next, mode->deadline());
      if (next > end) {
        now_ = end;
        for (const auto& [where, mode] : nodes_) mode->advance(now_);
        collect();
        return done();
      }
      now_ = std::max(now_, next);
      while (!air_.empty() && air_.begin()->first <= now_) {
        const auto arrival = air_.begin()->second;
        air_.erase(air_.begin());
        deliver(arrival);
      }
      for (const auto& [where, mode] : nodes_) {
        if (mode->deadline() <= now_) mode->advance(now_);
      }
    }
    return true;
  }
  void run(duration length) {
    run(length, [] { return false; });
  }

 private:
  void deliver(const sent& datagram) {
    for (auto& one : relays_) {
      if (datagram.to == one.entry) {
        one.client = datagram.from;
        return deliver({one.exit, one.target, datagram.bytes});
      }
      if (datagram.to == one.exit) return deliver({one.entry, one.client, datagram.bytes});
    }
    if (datagram.to.address().is_multicast()) {
      for (const auto& [where, mode] : nodes_) mode->receive(datagram.from, datagram.bytes, now_);
      return;
    }
    const auto node = nodes_.find(datagram.to);
    if (node != nodes_.end()) node->second->receive(datagram.from, datagram.bytes, now_);
  }
  endpoint source(const endpoint& where, const endpoint& to) const {
    const bool is_other = std::ranges::any_of(others_, [&](const auto& one) { return one.second == to; });
    const auto own = others_.find(where);
    return is_other && own != others_.end() ? own->second : where;
  }
  bool happens(double probability) { return std::uniform_real_distribution(0.0, 1.0)(random_) < probability; }
  void launch(const sent& datagram) {
    const auto late = sky_.jitter.count() == 0
                          ? duration::zero()
                          : duration(std::uniform_int_distribution<duration::rep>(0, sky_.jitter.count())(random_));
    air_.emplace(now_ + sky_.delay + late, datagram);
  }
  void collect() {
    for (const auto& [where, mode] : nodes_) {
      for (auto& datagram : mode->take_outgoing()) {
        history_.push_back({source(where, datagram.to), datagram.to, datagram.bytes});
        mode->handed_over(datagram, now_);
        if (lost_ && lost_(history_.back())) continue;
        if (!happens(sky_.loss)) launch(history_.back());
        if (happens(sky_.duplication)) launch(history_.back());
      }
      auto told = mode->take_events();
      auto& kept = events_[mode];
      kept.insert(kept.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
    }
  }

  struct relayed {
    endpoint entry;
    endpoint exit;
    endpoint target;
    endpoint client = {};
  };

  std::vector<relayed> relays_;
  weather sky_;
  std::function<bool(const sent&)> lost_;
  std::mt19937_64 random_;
  time_point now_{std::chrono::hours(1)};
  std::map<endpoint, protocol*> nodes_;
  std::map<endpoint, endpoint> others_;
  std::multimap<time_point, sent> air_;
  std::map<protocol*, std::vector<chat_event>> events_;
  std::vector<sent> history_;
};

}  // namespace weft::chat_app::testing
