#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "chat/ipmsg/packet.hpp"
#include "chat/ipmsg/recent_messages.hpp"
#include "chat/protocol.hpp"
#include "chat/text_encoding.hpp"

namespace weft::chat_app::ipmsg {

struct ipmsg_options {
  std::string user;
  std::string host;
  std::string nick;
  std::string group = "weft";
  std::uint32_t first_number = 1;         ///< of a packet; the Unix time, so that they rise over restarts
  std::vector<endpoint> broadcasts = {};  ///< where everyone is to be found
  std::size_t max_size = 1200;            ///< bytes of text in a packet; iptux reads at most 8191 of all
  std::size_t max_peers = 1024;           ///< when there are more, who was silent for the longest is forgotten
  bool serves_files = false;              ///< peers may fetch what is offered to them
  std::string encoding = {};              ///< of peers that do not say that they read UTF-8; empty: guessed, and UTF-8
  int retries = 4;                        ///< how often a text is sent again
  std::uint64_t seed = 1;                 ///< of the time that an answer waits, so that not all answer at once
};

/// IP Messenger: presence, texts with receipts. Talks to iptux 0.8 and to the original, draft 14, without encryption.
///
/// A text is sent again after 0.5, 1, 2, 4 and then every 8 s with the same number, and fails 8 s after the last time; one at a time is under way to
/// a peer, as iptux needs it. A peer that is silent for a minute is asked every minute, and is gone after three.
class ipmsg_protocol final : public protocol {
 public:
  explicit ipmsg_protocol(ipmsg_options options);

  void enter() override;
  void greet(const endpoint& peer, time_point now) override;
  void send(message_id id, const endpoint& to, std::string_view text, time_point now) override;
  void offer(message_id id, const endpoint& to, const file_reference& file, std::uint32_t modified,
             time_point now) override;
  std::string file_request(const file_reference& file) override;
  std::size_t backlog(const endpoint& peer) const override;
  void receive(const endpoint& from, std::string_view datagram, time_point now) override;
  void handed_over(const outgoing& datagram, time_point now) override;
  void unsent(const outgoing& datagram, const std::string& why, time_point now) override;
  void unreachable(const endpoint& peer, const std::string& why, time_point now) override;
  void advance(time_point now) override;
  time_point deadline() const override;
  void announce(const std::string& nick, const std::string& away, time_point now) override;
  void leave(time_point now) override;

 private:
  struct text_part {
    message_id id;
    bool is_last;
    std::string text;
    std::string offer = {};  // of a file; empty: a text alone
  };
  struct contact {
    bool is_named = false;  // by the user
    bool is_here = false;
    bool reads_utf8 = false;
    std::string nick = {};
    recent_messages seen = {};
    time_point last_heard = {};
    int unanswered = 0;  // questions whether it is there
    std::deque<text_part> waiting = {};
    // The first of `waiting`, once it was sent.
    std::uint32_t number = 0;
    std::string bytes = {};
    int times_sent = 0;
    time_point next = time_point::max();
  };
  struct delayed {
    time_point due;
    outgoing datagram;
  };

  contact* contact_of(const endpoint& where);
  bool forget_stranger();
  std::string read_text(std::string_view bytes) const { return decoded(bytes, options_.encoding); }
  packet make(std::uint32_t command_bits, std::string text = {});
  packet make_entry(std::uint32_t command_bits);
  void put_packet(const endpoint& to, const packet& one) { put({to, packet_bytes(one)}); }
  void hear_entry(const endpoint& from, contact& peer, const packet& got, time_point now);
  void hear_message(const endpoint& from, contact& peer, const packet& got, time_point now);
  void hear_receipt(const endpoint& from, contact& peer, const packet& got, time_point now);
  void answer(const endpoint& from, const packet& got);
  void send_next(const endpoint& to, contact& peer, time_point now);
  void repeat(const endpoint& to, contact& peer, time_point now);
  void fail(const endpoint& to, contact& peer, const std::string& why, time_point now);
  void look_for(const endpoint& where, contact& peer, time_point now);

  ipmsg_options options_;
  std::string away_;
  std::uint32_t next_number_;
  std::mt19937_64 random_;
  std::map<endpoint, contact> contacts_;
  std::vector<delayed> delayed_;
};

}  // namespace weft::chat_app::ipmsg
