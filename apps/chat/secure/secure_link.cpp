#include "chat/secure/secure_link.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "chat/secure/packet.hpp"

namespace weft::chat_app::secure {
namespace {

using std::chrono::seconds;

constexpr duration first_retry = std::chrono::milliseconds(500);
constexpr duration longest_retry = seconds(3);
constexpr duration patient_retry = seconds(15);
constexpr int eager_tries = 10;
constexpr int tries_each = 3;  // of an address, where there are several
constexpr std::size_t max_seen = 1024;
constexpr duration keep_alive = seconds(25);
constexpr duration silent_with_work = seconds(10);
constexpr duration silent = seconds(75);
constexpr std::size_t max_frames = max_datagram - data_header_size - seal_size;
constexpr duration yielding = seconds(5);
constexpr duration cookie_interval = seconds(1);
constexpr duration finish_life = seconds(8);  // less than the responder keeps an unfinished handshake

}  // namespace

void secure_link::tell(event_type type, std::string text, message_id id) {
  events_.push_back({.type = type, .peer = name_, .nick = nick_, .text = std::move(text), .id = id});
}

void secure_link::make_attempt(const self& own, std::uint32_t id, std::string_view cookie) {
  attempt_.emplace(attempt{.state = handshake(handshake::role::initiator, own.keys, own.terms), .id = id, .hello = {}});
  attempt_->hello = hello_packet(id, attempt_->state.write(hello_payload(own.terms, cookie)));
}

void secure_link::begin_handshake(const self& own, std::uint32_t id, time_point now) {
  make_attempt(own, id, {});
  repeat_handshake(now);
}

/// With another ephemeral key: a reply to the hello before would not fit the one with the cookie.
void secure_link::take_cookie(const self& own, std::string_view cookie, time_point now) {
  if (!awaits_reply() || now < attempt_->next_cookie) return;
  make_attempt(own, attempt_->id, cookie);
  attempt_->next_cookie = now + cookie_interval;
  repeat_handshake(now);
}

std::string_view secure_link::own_ephemeral() const {
  return std::string_view(attempt_->hello).substr(hello_message_offset, ephemeral_size);
}

bool secure_link::is_called(const endpoint& where) const {
  return where == name_ || std::ranges::find(others_, where) != others_.end();
}

void secure_link::try_next_address() {
  if (others_.empty()) return;
  const auto at = std::ranges::find(others_, address_);
  const auto next = at == others_.end() ? others_.begin() : at + 1;
  address_ = next == others_.end() ? name_ : *next;
}

void secure_link::repeat_handshake(time_point now) {
  if (awaits_reply() && attempt_->tries > 0 && attempt_->tries % tries_each == 0) try_next_address();
  put(attempt_->is_finished ? attempt_->finish : attempt_->hello);
  const auto pause = std::min(longest_retry, first_retry * (1 << std::min(attempt_->tries, 5)));
  attempt_->next = now + (attempt_->tries < eager_tries ? pause : patient_retry);
  ++attempt_->tries;
}

void secure_link::yield_handshake(time_point now) {
  if (!std::exchange(attempt_->has_yielded, true)) attempt_->next = now + yielding;
}

std::optional<secure_link::crossing_hello> secure_link::take_crossing() {
  return attempt_ ? std::exchange(attempt_->crossing, std::nullopt) : std::nullopt;
}

void secure_link::repeat_finish(const packet& got, time_point now) {
  if (attempt_->is_finished && attempt_->reply == got.body) repeat_handshake(now);
}

bool secure_link::read_reply(const packet& got) {
  // A reply that is not authentic must not end the attempt: it is read by a copy.
  auto state = attempt_->state;
  const auto payload = state.read(got.body);
  if (!payload) return false;
  attempt_->state = std::move(state);
  attempt_->peer_run = parse_run(*payload);
  return true;
}

introduction secure_link::own_introduction(const self& own) const {
  return {.stream = stream_, .base = sender_.base(), .nick = own.nick};
}

void secure_link::finish_handshake(const self& own, const packet& got, time_point now) {
  const auto message = attempt_->state.write(introduction_bytes(own_introduction(own)));
  attempt_->reply = got.body;
  attempt_->finish = finish_packet(got.sender, message);
  attempt_->end = now + finish_life;
  attempt_->is_finished = true;
  attempt_->tries = 0;
  repeat_handshake(now);
  install({attempt_->state.split(), attempt_->id, got.sender, now}, attempt_->state.peer_key(), now);
  peer_run_ = attempt_->peer_run;
}

void secure_link::install(secure_session session, const key_bytes& key, time_point now) {
  if (peer_key_ != key) receiver_ = {};
  peer_key_ = key;
  is_told_closed_ = false;
  read_finish_.clear();
  settled_ = time_point::min();
  // One that the peer was never heard under may be unknown to it.
  if (current_ && current_->is_introduced()) previous_ = std::move(current_);
  current_ = std::move(session);
  last_heard_ = now;
}

bool secure_link::is_settled_since(time_point hello, const key_bytes& key, std::uint32_t run) const {
  return current_ && hello <= settled_ && peer_key_ == key && peer_run_ == run;
}

/// A stream that is not known is that of a peer which does not know ours either.
void secure_link::meet(const introduction& peer, time_point now) {
  if (!current_ || current_->is_introduced()) return;
  if (!receiver_.has_begun() || receiver_.stream() != peer.stream) {
    receiver_.begin(peer.stream, peer.base);
    sender_.restart();
  }
  current_->set_introduced();
  peer_run_ = run_of(peer.stream);
  nick_ = peer.nick;
  progress_ = now;
  if (!std::exchange(is_here_, true)) tell(event_type::joined);
}

void secure_link::introduce(const self& own, time_point now) {
  const auto said = own_introduction(own);
  std::string frames;
  put_frame(frames, {.type = frame_type::introduction, .number = said.stream, .beyond = said.base, .text = said.nick});
  last_sent_ = now;
  if (current_) put(current_->seal_packet(frames));
  send_fragments(now);
}

bool secure_link::owns_session(std::uint32_t id) const {
  return (current_ && current_->own_id() == id) || (previous_ && previous_->own_id() == id);
}

bool secure_link::receive(const packet& got, const endpoint& from, time_point now) {
  drop_worn_out(now);
  const bool is_current = current_ && current_->own_id() == got.receiver;
  auto& session = is_current ? current_ : previous_;
  if (!session || session->own_id() != got.receiver) return false;
  const auto opened = session->open_packet(got);
  if (!opened) return false;
  if (session->is_newest()) address_ = from;
  last_heard_ = now;
  const auto frames = parse_frames(*opened);
  if (!frames) return true;
  for (const auto& one : *frames) {
    if (one.type == frame_type::introduction && is_current) {
      if (attempt_ && attempt_->id == got.receiver) {
        attempt_.reset();
        settled_ = now;
      }
      meet({.stream = one.number, .base = one.beyond, .nick = one.text}, now);
    }
    const bool is_known = session && session->is_introduced();
    if (is_known) obey(one, now);
  }
  if (is_current && current_ && current_->is_introduced()) previous_.reset();
  if (current_ && current_->is_introduced() && !std::exchange(is_here_, true)) tell(event_type::joined);
  if (owes_ack_) acknowledge(now);
  send_fragments(now);
  return true;
}

void secure_link::obey(const frame& one, time_point now) {
  switch (one.type) {
    case frame_type::fragment:
      if (is_bounded_ && !fragments_.take(now)) break;
      owes_ack_ = true;
      for (auto& message : receiver_.take(one.number, one.is_last, one.text)) {
        tell(event_type::message, std::move(message));
      }
      break;
    case frame_type::ack:
      for (const auto id : sender_.acknowledge(one.number, one.beyond, now)) tell(event_type::delivered, {}, id);
      progress_ = now;
      break;
    case frame_type::ping: owes_ack_ = true; break;
    case frame_type::close:
      current_.reset();
      previous_.reset();
      attempt_.reset();
      owes_ack_ = false;
      if (std::exchange(is_here_, false)) tell(event_type::left);
      break;
    case frame_type::name:
      nick_ = one.text;
      tell(event_type::renamed, one.away.empty() ? "is here" : "is away: " + one.away);
      break;
    case frame_type::introduction: break;
  }
}

void secure_link::drop_worn_out(time_point now) {
  if (current_ && current_->is_worn_out(now)) current_.reset();
  if (previous_ && previous_->is_worn_out(now)) previous_.reset();
}

void secure_link::send_frames(const std::string& frames, time_point now) {
  auto* session = sending(now);
  if (session == nullptr) return;
  last_sent_ = now;
  put(session->seal_packet(frames));
}

/// Until the peer is heard under new keys it is sent to under those before.
secure_session* secure_link::sending(time_point now) {
  drop_worn_out(now);
  const bool is_new = current_ && !current_->is_introduced();
  if (is_new && previous_) return &*previous_;
  return current_ ? &*current_ : nullptr;
}

void secure_link::acknowledge(time_point now) {
  owes_ack_ = false;
  send_frames(ack(), now);
}

std::string secure_link::ack() const {
  std::string frames;
  put_frame(frames, {.type = frame_type::ack, .number = receiver_.first_missing(), .beyond = receiver_.beyond()});
  return frames;
}

/// Several in a datagram, if they are short. Nothing before the peer is known to have the keys.
void secure_link::send_fragments(time_point now) {
  std::string frames;
  for (;;) {
    const auto* session = sending(now);
    if (session == nullptr || !session->is_introduced()) break;
    const auto part = sender_.next(now);
    if (!part) break;
    std::string one;
    put_frame(one, {.type = frame_type::fragment,
                    .number = part->number,
                    .is_last = part->is_last,
                    .text = std::string(part->bytes)});
    if (frames.size() + one.size() > max_frames) send_frames(std::exchange(frames, {}), now);
    // An acknowledgement that was lost comes with what is sent next.
    if (frames.empty() && receiver_.has_begun()) frames = ack();
    frames += one;
  }
  if (!frames.empty()) send_frames(frames, now);
}

void secure_link::add(message_id id, std::string_view text, time_point now) {
  if (text.size() > reliable_receiver::max_message) return tell(event_type::failed, "it is too long", id);
  if (sender_.is_empty()) progress_ = now;
  if (seen_.size() >= max_seen) seen_.pop_front();
  seen_.push_back(id);
  sender_.add(id, text);
  send_fragments(now);
}

bool secure_link::has_seen(message_id id) const { return std::ranges::find(seen_, id) != seen_.end(); }

std::vector<message_id> secure_link::take_work(secure_link& other, time_point now) {
  std::vector<message_id> known;
  for (auto& [id, text] : other.sender_.take_messages()) {
    if (has_seen(id)) {
      known.push_back(id);
    } else {
      add(id, text, now);
    }
  }
  return known;
}

void secure_link::announce(const self& own, time_point now) {
  std::string frames;
  put_frame(frames, {.type = frame_type::name, .text = own.nick, .away = own.away});
  send_frames(frames, now);
}

/// Anyone can forge such a report: it is told, and changes nothing.
void secure_link::report_closed(const std::string& why) {
  if (!current_ && !std::exchange(is_told_closed_, true)) tell(event_type::left, why);
}

void secure_link::close(time_point now) {
  std::string frames;
  put_frame(frames, {.type = frame_type::close});
  send_frames(frames, now);
  current_.reset();
  previous_.reset();
  attempt_.reset();
}

void secure_link::fail_all(const std::string& why, std::uint64_t new_stream) {
  for (const auto id : sender_.abandon()) tell(event_type::failed, why, id);
  stream_ = new_stream;
  if (attempt_ && attempt_->is_finished) attempt_.reset();
  current_.reset();
  previous_.reset();
}

time_point secure_link::waits_since() const {
  return sender_.is_empty() ? time_point::max() : std::max(progress_, last_heard_);
}

bool secure_link::advance(time_point now) {
  drop_worn_out(now);
  if (attempt_ && now >= attempt_->end) {
    attempt_.reset();
    return true;
  }
  if (attempt_ && now >= attempt_->next) repeat_handshake(now);
  if (is_here_ && now - last_heard_ >= silent) {
    is_here_ = false;
    tell(event_type::left, "nothing is heard from it");
  }
  if (!current_) return !attempt_ && !sender_.is_empty();
  send_fragments(now);
  if (now - last_sent_ >= keep_alive) {
    std::string frames;
    put_frame(frames, {.type = frame_type::ping});
    send_frames(frames, now);
  }
  const bool is_lost = now - last_heard_ >= (sender_.is_empty() ? silent : silent_with_work);
  return !attempt_ && (!current_ || current_->is_old(now) || is_lost);
}

time_point secure_link::deadline() const {
  auto due = attempt_ ? std::min(attempt_->next, attempt_->end) : time_point::max();
  if (!current_) return due;
  const auto limit = last_heard_ + (sender_.is_empty() ? silent : silent_with_work);
  if (current_->is_introduced() || previous_) due = std::min(due, sender_.deadline());
  if (!attempt_) due = std::min({due, limit, current_->gets_old()});
  return std::min({due, last_sent_ + keep_alive, current_->wears_out()});
}

}  // namespace weft::chat_app::secure
