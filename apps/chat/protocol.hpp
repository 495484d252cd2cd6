#pragma once

#include <weft/core/time.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/chat_event.hpp"

namespace weft::chat_app {

/// A datagram that is to be sent.
struct outgoing {
  endpoint to;
  std::string bytes;
  message_id about = 0;    ///< the own message it is a part of; 0: none
  bool is_last = true;     ///< part of it
  unsigned interface = 0;  ///< of a multicast group: the interface's index; 0: the system chooses
};

/// What a mode says on the wire: datagrams and time in, datagrams and events out. Does no I/O and asks for no time, so
/// that tests play both ends.
class protocol {
 public:
  protocol() = default;
  protocol(const protocol&) = delete;
  protocol& operator=(const protocol&) = delete;
  virtual ~protocol() = default;

  /// It begins: who can be found without a name is told.
  virtual void enter() {}
  /// A peer that the user named. What it takes to be heard by it goes out.
  virtual void greet(const endpoint& peer, time_point now) = 0;
  /// An own message, not empty. Its fate arrives as events with this number.
  virtual void send(message_id id, const endpoint& to, std::string_view text, time_point now) = 0;
  /// The same for the offer of a file, in modes that carry files.
  virtual void offer(message_id id, const endpoint& to, const file_reference& file, std::uint32_t modified,
                     time_point now);
  /// What asks a peer for a file that it has offered; empty in modes that carry none.
  virtual std::string file_request(const file_reference& /*file*/) { return {}; }
  /// What waits for the peer: more than `crowded` is more than it takes.
  virtual std::size_t backlog(const endpoint& /*peer*/) const { return 0; }
  static constexpr std::size_t crowded = 512;
  /// What else there is to know about a peer; empty: nothing.
  virtual std::string about(const endpoint& /*peer*/) const { return {}; }
  virtual void receive(const endpoint& from, std::string_view datagram, time_point now) = 0;
  /// The kernel took it.
  virtual void handed_over(const outgoing& datagram, time_point now) = 0;
  /// The kernel did not take it, and is not asked again.
  virtual void unsent(const outgoing& datagram, const std::string& why, time_point now) = 0;
  /// A datagram to `peer` came back.
  virtual void unreachable(const endpoint& peer, const std::string& why, time_point now) = 0;
  /// Does what is due.
  virtual void advance(time_point now) = 0;
  /// When advance() has something to do; time_point::max(): nothing.
  virtual time_point deadline() const = 0;
  /// The user has another name, or is away with `away` (empty: is here).
  virtual void announce(const std::string& nick, const std::string& away, time_point now) = 0;
  /// Says goodbye.
  virtual void leave(time_point now) = 0;

  std::vector<outgoing> take_outgoing() { return std::exchange(outgoing_, {}); }
  std::vector<chat_event> take_events() { return std::exchange(events_, {}); }

 protected:
  void put(outgoing datagram) { outgoing_.push_back(std::move(datagram)); }
  void tell(chat_event event) { events_.push_back(std::move(event)); }

 private:
  std::vector<outgoing> outgoing_;
  std::vector<chat_event> events_;
};

inline void protocol::offer(message_id id, const endpoint& to, const file_reference& /*file*/,
                            std::uint32_t /*modified*/, time_point /*now*/) {
  tell({.type = event_type::failed, .peer = to, .text = "this mode carries no files", .id = id});
}

}  // namespace weft::chat_app
