#include "chat/token_bucket.hpp"

#include <algorithm>
#include <chrono>

namespace weft::chat_app {
namespace {

using seconds = std::chrono::duration<double>;
constexpr double almost = 1e-6;  // what rounding to the clock's ticks may lose

}  // namespace

void token_bucket::fill(time_point now) {
  if (filled_ == time_point::min()) filled_ = now;
  if (now <= filled_) return;
  tokens_ = std::min(burst_, tokens_ + rate_ * seconds(now - filled_).count());
  filled_ = now;
}

bool token_bucket::take(time_point now) {
  fill(now);
  if (tokens_ < 1 - almost) return false;
  tokens_ -= 1;
  return true;
}

time_point token_bucket::ready_at(time_point now) {
  fill(now);
  if (tokens_ >= 1 - almost) return now;
  return now + std::chrono::ceil<duration>(seconds((1 - tokens_) / rate_));
}

}  // namespace weft::chat_app
