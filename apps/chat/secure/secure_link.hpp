#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/chat_event.hpp"
#include "chat/protocol.hpp"
#include "chat/secure/reliable_receiver.hpp"
#include "chat/secure/reliable_sender.hpp"
#include "chat/secure/secure_session.hpp"
#include "chat/token_bucket.hpp"

namespace weft::chat_app::secure {

/// What a link says about itself in a handshake.
struct self {
  key_pair keys;
  handshake_terms terms;
  std::uint32_t run = 0;  ///< number of this run of the program
  std::string nick;
  std::string away;
};

/// One peer: its sessions, what is sent to it and what it sends. Makes datagrams and events; the table of links judges
/// identities and finds the link that a datagram is for.
class secure_link {
 public:
  /// `name` is where the user, or the first datagram, put the peer: events carry it, whatever its address is now.
  secure_link(const endpoint& name, std::uint64_t stream) : name_(name), address_(name), stream_(stream) {}

  const endpoint& name() const { return name_; }
  void set_name(const endpoint& name) { name_ = name; }
  /// Other addresses of the same peer. Where one does not answer, a new handshake is tried by the next.
  const std::vector<endpoint>& others() const { return others_; }
  void add_other(const endpoint& where) { others_.push_back(where); }
  void forget_other(const endpoint& where) { std::erase(others_, where); }
  bool is_called(const endpoint& where) const;
  const endpoint& address() const { return address_; }
  /// The key that was refused last; told once until the user wants the peer again.
  const std::optional<key_bytes>& refused_key() const { return refused_key_; }
  void set_refused(const std::optional<key_bytes>& key) { refused_key_ = key; }
  void set_address(const endpoint& address) { address_ = address; }
  const std::optional<key_bytes>& peer_key() const { return peer_key_; }
  /// With the key, which program it is; nothing: it has not said it yet.
  const std::optional<std::uint32_t>& peer_run() const { return peer_run_; }

  // The handshake, as initiator.
  void begin_handshake(const self& own, std::uint32_t id, time_point now);
  /// The peer wants proof that the hello came from here: it gets another one.
  void take_cookie(const self& own, std::string_view cookie, time_point now);
  bool is_shaking() const { return attempt_.has_value(); }
  /// A reply is awaited: our hello may cross one of the peer.
  bool awaits_reply() const { return attempt_ && !attempt_->is_finished; }
  int tries() const { return attempt_ ? attempt_->tries : 0; }
  std::uint32_t handshake_id() const { return attempt_ ? attempt_->id : 0; }
  std::string_view own_ephemeral() const;
  void repeat_handshake(time_point now);
  /// The peer's hello goes before ours, which is repeated after a pause in case nothing follows: anyone can have sent it.
  void yield_handshake(time_point now);
  void drop_handshake() { attempt_.reset(); }
  /// A hello of the peer that ours goes before: to be answered where ours leads to no session.
  struct crossing_hello {
    endpoint from;
    std::string datagram;
  };
  void keep_crossing(crossing_hello hello) { attempt_->crossing = std::move(hello); }
  std::optional<crossing_hello> take_crossing();
  /// Answers the same reply again with the same finish.
  void repeat_finish(const packet& got, time_point now);
  /// Whether a reply to our hello is authentic; then handshake_key() is who sent it.
  bool read_reply(const packet& got);
  const key_bytes& handshake_key() const { return attempt_->state.peer_key(); }
  const std::optional<std::uint32_t>& handshake_run() const { return attempt_->peer_run; }
  void finish_handshake(const self& own, const packet& got, time_point now);

  // As responder, once the finish was read.
  void install(secure_session session, const key_bytes& key, time_point now);
  void remember_finish(std::string_view finish) { read_finish_ = finish; }
  /// Whether a finish to a hello that came then is out of date: the same program has taken the session that we began
  /// since, and crossing handshakes overtake each other.
  bool is_settled_since(time_point hello, const key_bytes& key, std::uint32_t run) const;
  bool has_read(std::string_view finish) const { return !finish.empty() && read_finish_ == finish; }
  void meet(const introduction& peer, time_point now);
  /// Answers a finish: who we are.
  void introduce(const self& own, time_point now);

  bool is_here() const { return is_here_; }
  /// What strangers send is slowed down: what comes too fast has to be sent again.
  void trust() { is_bounded_ = false; }
  bool has_session() const { return current_.has_value(); }
  bool owns_session(std::uint32_t id) const;
  /// False for what is not authentic.
  bool receive(const packet& got, const endpoint& from, time_point now);
  void add(message_id id, std::string_view text, time_point now);
  /// Whether it is one of the last that were added.
  bool has_seen(message_id id) const;
  /// What waits at the other is for this one; gives what it has seen already, which is not added again. Precondition:
  /// nothing of it was sent.
  std::vector<message_id> take_work(secure_link& other, time_point now);
  void announce(const self& own, time_point now);
  void close(time_point now);
  void tell_moved(const endpoint& name) { tell(event_type::left, "it is " + to_text(name)); }
  void tell_joined() { tell(event_type::joined); }
  void report_closed(const std::string& why);
  /// Everything that waits fails; what comes later is another stream.
  void fail_all(const std::string& why, std::uint64_t new_stream);
  /// Does what is due. Gives whether a new handshake is wanted.
  bool advance(time_point now);
  /// Fragments that wait for the peer.
  std::size_t backlog() const { return sender_.backlog(); }
  std::optional<duration> round_trip() const { return sender_.round_trip(); }
  /// Messages wait since then without any progress; time_point::max(): none waits.
  time_point waits_since() const;
  time_point deadline() const;

  std::vector<outgoing> take_outgoing() { return std::exchange(outgoing_, {}); }
  std::vector<chat_event> take_events() { return std::exchange(events_, {}); }

 private:
  struct attempt {
    handshake state;
    std::uint32_t id;
    std::string hello;
    std::string reply = {};  // that was accepted
    std::optional<std::uint32_t> peer_run = {};
    std::string finish = {};  // to be repeated until the peer is heard under the new keys
    bool is_finished = false;
    bool has_yielded = false;
    int tries = 0;
    time_point next = {};
    time_point next_cookie = {};
    std::optional<crossing_hello> crossing = {};
    time_point end = time_point::max();  // a peer that has not answered the finish by then has forgotten the handshake
  };

  introduction own_introduction(const self& own) const;
  void make_attempt(const self& own, std::uint32_t id, std::string_view cookie);
  void try_next_address();
  void drop_worn_out(time_point now);
  void acknowledge(time_point now);
  std::string ack() const;
  void obey(const frame& one, time_point now);
  secure_session* sending(time_point now);
  void send_frames(const std::string& frames, time_point now);
  void send_fragments(time_point now);
  void put(std::string bytes) { outgoing_.push_back({address_, std::move(bytes)}); }
  void tell(event_type type, std::string text = {}, message_id id = 0);

  endpoint name_;
  endpoint address_;
  std::uint64_t stream_;
  std::string nick_;
  bool is_here_ = false;
  std::vector<endpoint> others_;
  std::deque<message_id> seen_;
  std::optional<key_bytes> peer_key_;
  std::optional<std::uint32_t> peer_run_;
  std::optional<key_bytes> refused_key_;
  std::optional<attempt> attempt_;
  std::optional<secure_session> current_;
  std::optional<secure_session> previous_;  // until the peer is heard under the current one
  std::string read_finish_;                 // of the handshake, as responder, that gave the current one
  time_point settled_ = time_point::min();  // the peer has taken the current one, of which we are the initiator
  reliable_sender sender_;
  reliable_receiver receiver_;
  bool owes_ack_ = false;
  bool is_told_closed_ = false;
  bool is_bounded_ = true;
  token_bucket fragments_{20, 40};  // of a stranger
  time_point last_heard_{};
  time_point last_sent_{};
  time_point progress_{};  // messages wait since then without any
  std::vector<outgoing> outgoing_;
  std::vector<chat_event> events_;
};

}  // namespace weft::chat_app::secure
