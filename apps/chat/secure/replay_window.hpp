#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace weft::chat_app::secure {

/// Which counters of a session were seen: each is taken once, and none that is more than `size` behind the highest
/// (RFC 6479's idea). Ask is_fresh() before, and take() only what was authentic.
class replay_window {
 public:
  static constexpr std::size_t size = 2048;

  bool is_fresh(std::uint64_t counter) const;
  /// Precondition: is_fresh(counter).
  void take(std::uint64_t counter);
  /// One above the highest that was taken.
  std::uint64_t next() const { return next_; }

 private:
  std::bitset<size> seen_;  // of the counters in [next_ - size, next_), each at its remainder
  std::uint64_t next_ = 0;
};

}  // namespace weft::chat_app::secure
