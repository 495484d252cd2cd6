#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weft::get_app {

/// 64 bits that stand for `name`; never 0. Two names of a run of a million share one with a chance of 3 in 10^8.
std::uint64_t fingerprint(std::string_view name);

/// A set of fingerprints in one flat array.
///
/// Cost: 11 to 22 bytes an element, plus half of that while it grows.
class fingerprint_set {
 public:
  bool contains(std::uint64_t key) const;
  /// Whether `key` was not there.
  bool insert(std::uint64_t key);
  std::size_t size() const { return size_; }

 private:
  void grow();
  std::size_t slot_of(std::uint64_t key) const;

  std::vector<std::uint64_t> slots_;  // size 0 or a power of two; 0 marks a free slot; at most 3/4 are used
  std::size_t size_ = 0;
};

/// Counters by fingerprint in flat arrays; an absent one reads 0.
///
/// Cost: 16 to 32 bytes an element, plus half of that while it grows.
class fingerprint_counts {
 public:
  /// The counter of `key`, created when absent. The reference is good until the next call.
  std::uint32_t& operator[](std::uint64_t key);

 private:
  void grow();
  std::size_t slot_of(std::uint64_t key) const;

  std::vector<std::uint64_t> keys_;  // as in fingerprint_set
  std::vector<std::uint32_t> counts_;
  std::size_t size_ = 0;
};

}  // namespace weft::get_app
