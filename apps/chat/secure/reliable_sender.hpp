#pragma once

#include <weft/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/chat_event.hpp"

namespace weft::chat_app::secure {

/// The half of a stream that sends: messages in fragments, each until it is acknowledged.
///
/// Time-outs follow RFC 6298 (1 s at first, from 200 ms to 3 s, doubled while nothing is heard); a fragment that three
/// later ones have overtaken is sent again at once. The bytes that are under way are bounded by a window that shrinks on loss.
class reliable_sender {
 public:
  struct fragment {
    std::uint64_t number;
    bool is_last;
    std::string_view bytes;  ///< until the next call of another member
  };

  void add(message_id id, std::string_view text);
  /// What is to be sent now; it counts as sent. Call until there is nothing.
  std::optional<fragment> next(time_point now);
  /// The peer has everything before `first_missing`, and first_missing + 1 + i for each bit i of `beyond`. Gives the
  /// messages that it has completely.
  std::vector<message_id> acknowledge(std::uint64_t first_missing, std::uint64_t beyond, time_point now);
  /// When next() gives something again if nothing is heard; time_point::max(): nothing is under way.
  time_point deadline() const;

  /// The peer has forgotten everything: all from base() on goes out again.
  void restart();
  /// Everything that is not acknowledged, given up.
  std::vector<message_id> abandon();

  /// The same, with their texts.
  std::vector<std::pair<message_id, std::string>> take_messages();

  /// The first fragment of the oldest message that is not acknowledged.
  std::uint64_t base() const { return entries_.empty() ? next_number_ : entries_.front().number; }
  bool is_empty() const { return entries_.empty(); }
  std::size_t backlog() const { return entries_.size(); }
  /// As measured, smoothed; nothing while there is no measurement.
  const std::optional<duration>& round_trip() const { return smoothed_; }

 private:
  enum class state { waiting, under_way, lost, acknowledged };

  struct entry {
    std::uint64_t number;
    message_id id;
    bool is_last;
    std::string bytes;
    enum state state = state::waiting;
    time_point sent = {};
    int times_sent = 0;
    int overtaken = 0;
  };

  duration timeout() const;
  void expire(time_point now);
  void measure(duration round_trip);
  void take_losses(time_point newest, time_point now);
  double under_way() const;

  std::deque<entry> entries_;  // without gaps; whole messages leave at the front
  std::uint64_t next_number_ = 0;
  std::optional<duration> smoothed_;
  duration variation_{};
  int backoff_ = 0;
  double window_ = 16;
  time_point shrunk_{};
};

}  // namespace weft::chat_app::secure
