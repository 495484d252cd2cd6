#pragma once

#include <weft/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace weft::testkit {

/// What a link does to the packets that go over it. Shares are probabilities from 0 to 1.
struct link_options {
  std::uint64_t seed = 1;
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;  ///< share that comes later by `reorder_by`, so that others overtake it
  double corrupt = 0;  ///< share in which one byte is changed
  duration delay = {};
  duration jitter = {};  ///< the delay of each packet differs by up to this, both ways; large ones reorder
  duration reorder_by = std::chrono::milliseconds(20);
  std::optional<std::uint64_t> rate = {};  ///< bytes a second, each way
  std::size_t queue = 256 * 1024;          ///< bytes that wait for `rate` at most; what comes then is lost
};

enum class link_direction { there, back };

/// What becomes of one packet.
struct packet_fate {
  bool lost = false;
  bool corrupted = false;
  std::size_t corrupted_at = 0;    ///< the byte, where there is one
  unsigned char corrupted_by = 1;  ///< bits that change, at least one
  duration delay = {};
  std::optional<duration> second = {};  ///< delay of the duplicate, where there is one
};

/// Decides by nothing but its arguments: the same packet of the same seed has the same fate in every run.
/// `number` counts the packets of one direction from 0.
[[nodiscard]] packet_fate decide_fate(const link_options& options, std::uint64_t number, link_direction direction,
                                      std::size_t size);

/// What a link has done so far, both ways together.
struct link_statistics {
  std::uint64_t packets = 0;  ///< that came
  std::uint64_t lost = 0;     ///< by chance, by a cut, or for want of room in the queue
  std::uint64_t duplicated = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t delivered = 0;  ///< duplicates included
};

/// Lets bytes through at a rate: says when the last of a packet is through.
class link_rate {
 public:
  /// None: the queue is full.
  [[nodiscard]] std::optional<time_point> pass(const link_options& options, time_point now, std::size_t size);

 private:
  time_point free_at_ = {};
};

}  // namespace weft::testkit
