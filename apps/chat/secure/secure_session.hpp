#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/time.hpp>

#include "chat/secure/noise.hpp"
#include "chat/secure/packet.hpp"
#include "chat/secure/replay_window.hpp"

namespace weft::chat_app::secure {

/// What a finished handshake leaves: keys and counters for data packets. Keys that are old are to be replaced by a new
/// handshake; worn out ones are not used any more.
class secure_session {
 public:
  secure_session(const session_keys& keys, std::uint32_t own_id, std::uint32_t peer_id, time_point now)
      : keys_(keys), own_id_(own_id), peer_id_(peer_id), begun_(now) {}

  std::string seal_packet(std::string_view frames) {
    auto out = data_header(peer_id_, counter_);
    out += seal(keys_.send, counter_++, out, frames);
    return out;
  }
  /// The frames of a packet that is authentic and was not seen before.
  std::optional<std::string> open_packet(const packet& got) {
    if (!window_.is_fresh(got.counter)) return std::nullopt;
    auto frames = unseal(keys_.receive, got.counter, got.header, got.body);
    if (!frames) return std::nullopt;
    is_newest_ = got.counter >= window_.next();
    window_.take(got.counter);
    return frames;
  }
  /// Whether the last one that was opened was sent after all others: its address is the peer's.
  bool is_newest() const { return is_newest_; }
  /// The peer has said, under these keys, who it is and what it sends.
  bool is_introduced() const { return is_introduced_; }
  void set_introduced() { is_introduced_ = true; }

  std::uint32_t own_id() const { return own_id_; }
  time_point gets_old() const { return begun_ + life; }
  time_point wears_out() const { return begun_ + life + life / 2; }
  bool is_old(time_point now) const { return now >= gets_old() || counter_ >= packets; }
  bool is_worn_out(time_point now) const { return now >= wears_out() || counter_ >= 2 * packets; }

 private:
  static constexpr duration life = std::chrono::hours(1);
  static constexpr std::uint64_t packets = std::uint64_t{1} << 20;

  session_keys keys_;
  std::uint32_t own_id_;
  std::uint32_t peer_id_;
  time_point begun_;
  std::uint64_t counter_ = 0;
  replay_window window_;
  bool is_newest_ = false;
  bool is_introduced_ = false;
};

}  // namespace weft::chat_app::secure
