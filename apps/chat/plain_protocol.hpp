#pragma once

#include <cstddef>
#include <deque>
#include <map>

#include "chat/protocol.hpp"

namespace weft::chat_app {

/// Whether a line feed stands behind each line on the wire: as `nc -u` wants it, or as a script that prints what it gets.
enum class line_end { automatic, lf, none };

struct plain_options {
  line_end end = line_end::automatic;  ///< automatic: to those that send some themselves
  std::size_t max_size = 1200;         ///< bytes of a datagram; longer lines go in several
  std::string encoding = {};  ///< of lines on the wire that are not UTF-8; empty: all is sent and told as it is
};

/// One UTF-8 line a datagram, no header: what `nc -u` and a script of a few lines speak.
///
/// An own message is `sent` once the kernel has its last part, and `failed` when the peer's port is then reported
/// closed. There is no presence: a peer is said to be gone when its port is closed, once until it is heard again.
class plain_protocol final : public protocol {
 public:
  explicit plain_protocol(plain_options options) : options_(std::move(options)) {}

  void greet(const endpoint& /*peer*/, time_point /*now*/) override {}
  void send(message_id id, const endpoint& to, std::string_view text, time_point now) override;
  void receive(const endpoint& from, std::string_view datagram, time_point now) override;
  void handed_over(const outgoing& datagram, time_point now) override;
  void unsent(const outgoing& datagram, const std::string& why, time_point now) override;
  void unreachable(const endpoint& peer, const std::string& why, time_point now) override;
  void advance(time_point now) override;
  time_point deadline() const override;
  void announce(const std::string& /*nick*/, const std::string& /*away*/, time_point /*now*/) override {}
  void leave(time_point /*now*/) override {}

 private:
  static constexpr std::size_t max_habits = 1024;

  struct pending {
    message_id id;
    endpoint to;
    time_point sent;
  };

  plain_options options_;
  std::map<endpoint, bool> sends_feeds_;  // of the last datagram of each source
  std::map<endpoint, bool> gone_;         // peers whose port was reported closed and that were not heard since
  std::deque<pending> recent_;            // may still come back; oldest first
  outgoing broken_;                       // a part that was not sent; the others of its message follow
};

}  // namespace weft::chat_app
