#pragma once

#include <weft/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace weft::chat_app::ipmsg {

/// The messages of one peer that were seen lately: a repetition is acknowledged again, but not shown.
///
/// Keeps 64 of them, for 60 s. A peer that enters with a lower number than it has used has started again: forget() then.
class recent_messages {
 public:
  /// Whether it is none of those; then it is one.
  bool is_first(std::uint32_t number, std::string_view text, time_point now);
  /// Notes the number of an entry; forgets everything when the peer has started again.
  void enter(std::uint32_t number);

 private:
  struct seen {
    std::uint32_t number;
    std::size_t hash;
    time_point at;
  };

  std::deque<seen> seen_;  // oldest first
  std::uint32_t highest_ = 0;
};

}  // namespace weft::chat_app::ipmsg
