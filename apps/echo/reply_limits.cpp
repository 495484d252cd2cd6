#include "echo/reply_limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <random>

namespace weft::echo_app {
namespace {

constexpr std::size_t set_count = 2048;

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

void token_bucket::fill(time_point now, double rate, double full) noexcept {
  if (now <= since_) return;
  tokens_ = std::min(full, tokens_ + std::chrono::duration<double>(now - since_).count() * rate);
  since_ = now;
}

bool token_bucket::take() noexcept {
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

reply_limits::reply_limits(std::uint64_t secret) : secret_(secret), sets_(set_count) {}

reply_limits::reply_limits() : reply_limits((std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}()) {}

token_bucket& reply_limits::tokens_of(std::uint64_t network, time_point now) {
  const std::uint64_t hash = mixed(mixed(network ^ secret_) + secret_);
  set& places = sets_[hash % set_count];
  place* idle = nullptr;
  for (place& each : places) {
    each.tokens.fill(now, rate, burst);
    if (each.network == network) return each.tokens;
    if (each.tokens.tokens() >= burst) idle = &each;
  }
  if (idle == nullptr) return places[hash / set_count % places.size()].tokens;
  idle->network = network;
  return idle->tokens;
}

bool reply_limits::take(const net::ip_address& source, time_point now) {
  const std::uint64_t network = network_of(source);
  const std::scoped_lock guard(mutex_);
  token_bucket& tokens = tokens_of(network, now);
  total_.fill(now, total_rate, total_burst);
  // A source that has used up its own share takes nothing from the others'.
  return tokens.take() && total_.take();
}

}  // namespace weft::echo_app
