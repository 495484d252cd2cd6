#include "echo/reply_rule.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

namespace weft::echo_app {
namespace {

constexpr std::size_t bucket_count = 8192;
constexpr std::uint16_t first_free_port = 1024;
/// SSDP, mDNS, memcached: services above 1024 that answer anything that comes.
constexpr std::array<std::uint16_t, 3> responders = {1900, 5353, 11211};

bool is_for_many(const net::ip_address& address) {
  if (address.is_multicast()) return true;
  // Networks' own broadcast addresses are not known here; the system takes none of them for a source.
  return address.is_v4() && address.to_v4() == boost::asio::ip::address_v4::broadcast();
}

std::uint64_t network_of(const net::ip_address& address) {
  if (address.is_v4()) return address.to_v4().to_uint();
  const auto bytes = address.to_v6().to_bytes();
  std::uint64_t network = 0;
  std::memcpy(&network, bytes.data(), sizeof network);
  return network;
}

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

reply_rule::reply_rule(std::uint16_t own_port)
    : own_port_(own_port), secret_(std::random_device{}() | 1U), buckets_(bucket_count) {}

reply reply_rule::decide(const net::udp_datagram& datagram, time_point now) {
  const std::uint16_t port = datagram.endpoint.port();
  if (port < first_free_port || port == own_port_) return reply::refused;
  if (std::find(responders.begin(), responders.end(), port) != responders.end()) return reply::refused;
  if (datagram.truncated) return reply::refused;
  if (datagram.local && is_for_many(*datagram.local)) return reply::refused;
  const net::ip_address source = datagram.endpoint.address();
  if (source.is_loopback()) return reply::yes;
  return take_token(source, now) ? reply::yes : reply::limited;
}

/// Two sources that fall into one place of the table share it while either is busy: too few replies, never too many.
bool reply_rule::take_token(const net::ip_address& source, time_point now) {
  const std::uint64_t hash = mixed(network_of(source) * secret_ + secret_) | 1U;
  bucket& found = buckets_[hash / 2 % bucket_count];
  const double passed = std::chrono::duration<double>(now - found.since).count();
  found.tokens = std::min(burst, found.tokens + passed * rate);
  found.since = now;
  if (found.source != hash && found.tokens >= burst) found.source = hash;
  if (found.tokens < 1) return false;
  found.tokens -= 1;
  return true;
}

}  // namespace weft::echo_app
