#include <weft/testkit/udp_link.hpp>

#include <weft/core/handle.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace weft::testkit {

namespace {

constexpr std::size_t max_datagram = 65535;

net::udp_socket bind_beside(const net::udp_endpoint& target) {
  const bool near = target.address().is_loopback();
  if (target.address().is_v6()) {
    return net::udp_bind(
        net::udp_endpoint(near ? boost::asio::ip::address_v6::loopback() : boost::asio::ip::address_v6::any(), 0));
  }
  return net::udp_bind(
      net::udp_endpoint(near ? boost::asio::ip::address_v4::loopback() : boost::asio::ip::address_v4::any(), 0));
}

}  // namespace

struct udp_link::client {
  client(net::udp_endpoint of, net::udp_socket to_target) : endpoint(std::move(of)), back(std::move(to_target)) {}
  net::udp_endpoint endpoint;
  net::udp_socket back;  ///< whom the target takes for the client
  handle<void> relaying = {};
  std::uint64_t last_heard = 0;
};

/// A datagram on its way, and by which socket it leaves.
struct udp_link::packet {
  std::string bytes;
  std::shared_ptr<net::udp_socket> by;
  net::udp_endpoint to;
};

udp_link::udp_link(net::udp_socket front, net::udp_endpoint target, link_options options)
    : front_(std::move(front)), target_(std::move(target)), options_(options) {}

udp_link::~udp_link() = default;

task<> udp_link::run() {
  auto body = [this](task_group& group) -> task<> { co_await relay_there(group); };
  co_await scope(body);
}

task<std::shared_ptr<udp_link::client>> udp_link::client_of(net::udp_endpoint from, task_group& group) {
  ++heard_;
  if (const auto found = clients_.find(from); found != clients_.end()) {
    found->second->last_heard = heard_;
    co_return found->second;
  }
  if (clients_.size() >= most_clients) forget_quietest();
  std::shared_ptr<client> made;
  while (!made) {
    try {
      made = std::make_shared<client>(from, bind_beside(target_));
    } catch (const boost::system::system_error&) {
      if (clients_.empty()) co_return nullptr;
      forget_quietest();
    }
  }
  made->last_heard = heard_;
  auto relay = [this, &group](std::shared_ptr<client> of) { return relay_back(std::move(of), group); };
  made->relaying = co_await group.spawn(relay, made);
  clients_.emplace(from, made);
  co_return made;
}

void udp_link::forget_quietest() {
  const auto heard_before = [](const auto& a, const auto& b) { return a.second->last_heard < b.second->last_heard; };
  const auto quietest = std::min_element(clients_.begin(), clients_.end(), heard_before);
  const std::shared_ptr<client> gone = quietest->second;
  clients_.erase(quietest);
  gone->relaying.kill("the link has newer clients");
  gone->back.close();
}

task<> udp_link::relay_there(task_group& group) {
  std::string buffer(max_datagram, ' ');
  for (;;) {
    const auto got = co_await front_.receive_from(buffer);
    const std::shared_ptr<client> from = co_await client_of(got.endpoint, group);
    std::shared_ptr<net::udp_socket> by(from, from ? &from->back : nullptr);
    take({buffer.substr(0, got.size), std::move(by), target_}, link_direction::there, group);
  }
}

task<> udp_link::relay_back(std::shared_ptr<client> of, task_group& group) {
  std::string buffer(max_datagram, ' ');
  for (;;) {
    const auto got = co_await of->back.receive_from(buffer);
    if (got.endpoint != target_) continue;
    std::shared_ptr<net::udp_socket> by(std::shared_ptr<void>(), &front_);
    take({buffer.substr(0, got.size), std::move(by), of->endpoint}, link_direction::back, group);
  }
}

void udp_link::take(packet one, link_direction direction, task_group& group) {
  const auto way = static_cast<std::size_t>(direction);
  const packet_fate fate = decide_fate(options_, numbers_[way]++, direction, one.bytes.size());
  ++statistics_.packets;
  const auto through =
      fate.lost || is_cut_ || !one.by ? std::nullopt : rates_[way].pass(options_, this_loop().now(), one.bytes.size());
  if (!through) {
    ++statistics_.lost;
    return;
  }
  if (fate.corrupted) {
    ++statistics_.corrupted;
    one.bytes[fate.corrupted_at] = static_cast<char>(one.bytes[fate.corrupted_at] ^ fate.corrupted_by);
  }
  if (fate.second) {
    ++statistics_.duplicated;
    group.spawn([this](packet each, time_point due) { return deliver(std::move(each), due); }, one,
                *through + *fate.second);
  }
  group.spawn([this](packet each, time_point due) { return deliver(std::move(each), due); }, std::move(one),
              *through + fate.delay);
}

task<> udp_link::deliver(packet one, time_point due) {
  if (due > this_loop().now()) co_await sleep_until(due);
  if (is_cut_) {
    ++statistics_.lost;
    co_return;
  }
  try {
    co_await one.by->send_to(one.bytes, one.to);
    ++statistics_.delivered;
  } catch (const boost::system::system_error&) {
    ++statistics_.lost;  // who is not there gets nothing
  }
}

}  // namespace weft::testkit
