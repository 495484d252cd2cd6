#include "chat/ipmsg/ipmsg_protocol.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <weft/base/parse.hpp>
#include <weft/version.hpp>

#include "chat/ipmsg/file_offer.hpp"
#include "chat/plain_text.hpp"

namespace weft::chat_app::ipmsg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr duration first_wait = milliseconds(500);
constexpr duration longest_wait = seconds(8);
constexpr duration question_interval = seconds(60);
constexpr int most_questions = 3;
constexpr std::uint64_t longest_delay = 1000;  // milliseconds until a broadcast entry is answered

}  // namespace

ipmsg_protocol::ipmsg_protocol(ipmsg_options options)
    : options_(std::move(options)), next_number_(options_.first_number), random_(options_.seed) {}

ipmsg_protocol::contact* ipmsg_protocol::contact_of(const endpoint& where) {
  const auto known = contacts_.find(where);
  if (known != contacts_.end()) return &known->second;
  if (contacts_.size() >= options_.max_peers && !forget_stranger()) return nullptr;
  return &contacts_[where];
}

/// False: all were named, or wait for a receipt.
bool ipmsg_protocol::forget_stranger() {
  auto oldest = contacts_.end();
  for (auto one = contacts_.begin(); one != contacts_.end(); ++one) {
    if (one->second.is_named || !one->second.waiting.empty()) continue;
    if (oldest == contacts_.end() || one->second.last_heard < oldest->second.last_heard) oldest = one;
  }
  if (oldest == contacts_.end()) return false;
  contacts_.erase(oldest);
  return true;
}

packet ipmsg_protocol::make(std::uint32_t command_bits, std::string text) {
  return {next_number_++, options_.user, options_.host, command_bits, std::move(text)};
}

/// One for all: the original reads the second extension, since it begins with a line feed; iptux takes the first for the
/// group, the second for the name of an icon that it does not have, and the third for the encoding.
packet ipmsg_protocol::make_entry(std::uint32_t command_bits) {
  const auto away = away_.empty() ? 0 : absence_option;
  const auto files = options_.serves_files ? file_option : 0;
  auto entry = make(command_bits | away | files, away_.empty() ? options_.nick : options_.nick + " [" + away_ + "]");
  entry.extensions = {
      options_.group,
      "\nUN:" + options_.user + "\nHN:" + options_.host + "\nNN:" + options_.nick + "\nGN:" + options_.group, "utf-8"};
  return entry;
}

void ipmsg_protocol::enter() {
  if (options_.broadcasts.empty()) return;
  const auto entry = make_entry(bits(command::entry, utf8_capable_option));
  for (const auto& everyone : options_.broadcasts) put_packet(everyone, entry);
}

void ipmsg_protocol::greet(const endpoint& peer, time_point now) {
  auto* known = contact_of(peer);
  if (known == nullptr) return;
  known->is_named = true;
  look_for(peer, *known, now);
}

void ipmsg_protocol::look_for(const endpoint& where, contact& peer, time_point now) {
  put_packet(where, make_entry(bits(command::entry, utf8_capable_option | dial_up_option)));
  peer.last_heard = now;
}

void ipmsg_protocol::send(message_id id, const endpoint& to, std::string_view text, time_point now) {
  auto* peer = contact_of(to);
  if (peer == nullptr) return tell({.type = event_type::failed, .peer = to, .text = "too many peers", .id = id});
  auto parts = split_text(text, options_.max_size);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    peer->waiting.push_back({id, i + 1 == parts.size(), std::move(parts[i])});
  }
  if (peer->times_sent == 0) send_next(to, *peer, now);
}

void ipmsg_protocol::offer(message_id id, const endpoint& to, const file_reference& file, std::uint32_t modified,
                           time_point now) {
  auto* peer = contact_of(to);
  if (peer == nullptr) return tell({.type = event_type::failed, .peer = to, .text = "too many peers", .id = id});
  peer->waiting.push_back({id, true, file.name, offer_bytes(file, modified)});
  if (peer->times_sent == 0) send_next(to, *peer, now);
}

std::string ipmsg_protocol::file_request(const file_reference& file) {
  return request_bytes(options_.user, options_.host, next_number_++, {file.packet, file.file, 0, file.is_folder});
}

void ipmsg_protocol::send_next(const endpoint& to, contact& peer, time_point now) {
  peer.times_sent = 0;
  peer.next = time_point::max();
  if (peer.waiting.empty()) return;
  const auto utf8 = peer.reads_utf8 ? utf8_option : 0;
  const auto& part = peer.waiting.front();
  const bool is_other = !options_.encoding.empty() && !peer.reads_utf8;
  auto text = is_other ? encoded(part.text, options_.encoding).value_or(part.text) : part.text;
  auto one = make(bits(command::message, check_option | utf8), std::move(text));
  if (!part.offer.empty()) {
    one.command_bits |= file_option;
    one.extensions.push_back(part.offer);
  }
  peer.number = one.number;
  peer.bytes = packet_bytes(one);
  repeat(to, peer, now);
}

void ipmsg_protocol::repeat(const endpoint& to, contact& peer, time_point now) {
  const auto& part = peer.waiting.front();
  put({to, peer.bytes, part.id, part.is_last});
  const bool is_last = peer.times_sent == options_.retries;
  peer.next = now + (is_last ? longest_wait : std::min(longest_wait, first_wait * (1 << peer.times_sent)));
  ++peer.times_sent;
}

void ipmsg_protocol::fail(const endpoint& to, contact& peer, const std::string& why, time_point now) {
  const auto id = peer.waiting.front().id;
  tell({.type = event_type::failed, .peer = to, .nick = peer.nick, .text = why, .id = id});
  std::erase_if(peer.waiting, [&](const text_part& part) { return part.id == id; });
  send_next(to, peer, now);
}

void ipmsg_protocol::receive(const endpoint& from, std::string_view datagram, time_point now) {
  const auto got = parse_packet(datagram);
  if (!got) return;
  auto* peer = contact_of(from);
  if (peer == nullptr) return;
  peer->last_heard = now;
  peer->unanswered = 0;
  switch (got->what()) {
    case command::entry:
    case command::answer_entry:
    case command::absence: hear_entry(from, *peer, *got, now); break;
    case command::leave:
      if (std::exchange(peer->is_here, false)) tell({.type = event_type::left, .peer = from, .nick = peer->nick});
      break;
    case command::message:
    case command::iptux_message: hear_message(from, *peer, *got, now); break;
    case command::received: hear_receipt(from, *peer, *got, now); break;
    default: answer(from, *got); break;
  }
}

void ipmsg_protocol::hear_entry(const endpoint& from, contact& peer, const packet& got, time_point now) {
  const auto nick = read_text(got.text.empty() ? got.user : got.text);
  const bool is_new = !std::exchange(peer.is_here, true);
  const bool is_renamed = !is_new && nick != peer.nick;
  peer.nick = nick;
  peer.reads_utf8 = got.has(utf8_capable_option);
  if (is_new) tell({.type = event_type::joined, .peer = from, .nick = nick});
  if (is_renamed) tell({.type = event_type::renamed, .peer = from, .nick = nick, .text = "is called so"});
  if (got.what() != command::entry) return;
  peer.seen.enter(got.number);
  const auto options = utf8_capable_option | (peer.reads_utf8 ? utf8_option : 0);
  outgoing reply{from, packet_bytes(make_entry(bits(command::answer_entry, options)))};
  if (got.has(dial_up_option)) return put(std::move(reply));
  if (delayed_.size() >= options_.max_peers) return;
  delayed_.push_back({now + milliseconds(random_() % longest_delay), std::move(reply)});
}

void ipmsg_protocol::hear_message(const endpoint& from, contact& peer, const packet& got, time_point now) {
  if (got.has(encrypt_option)) {
    tell({.type = event_type::notice,
          .peer = from,
          .nick = peer.nick,
          .text = "sent an encrypted message, which cannot be read"});
    return;
  }
  const bool wants_receipt = got.what() == command::message && got.has(check_option);
  if (wants_receipt && !got.has(broadcast_option) && !got.has(automatic_option)) {
    put_packet(from, make(bits(command::received), std::to_string(got.number)));
  }
  if (!peer.is_here && !got.has(no_add_option)) {
    put_packet(from, make_entry(bits(command::entry, utf8_capable_option | dial_up_option)));
  }
  if (!peer.seen.is_first(got.number, got.text, now)) return;
  if (peer.nick.empty()) peer.nick = read_text(got.user);
  if (!got.text.empty()) {
    tell({.type = event_type::message, .peer = from, .nick = peer.nick, .text = read_text(got.text)});
  }
  for (const auto& file : parse_offers(got)) {
    tell({.type = event_type::offer, .peer = from, .nick = peer.nick, .text = file.name, .file = file});
  }
  if (got.what() == command::message && got.has(secret_option)) {
    put_packet(from, make(bits(command::read), std::to_string(got.number)));
  }
}

void ipmsg_protocol::hear_receipt(const endpoint& from, contact& peer, const packet& got, time_point now) {
  if (peer.times_sent == 0 || parse_integer<std::uint32_t>(got.text) != peer.number) return;
  const auto part = std::move(peer.waiting.front());
  peer.waiting.pop_front();
  if (part.is_last) tell({.type = event_type::delivered, .peer = from, .nick = peer.nick, .id = part.id});
  send_next(from, peer, now);
}

void ipmsg_protocol::answer(const endpoint& from, const packet& got) {
  if (got.what() == command::get_info) {
    put_packet(from, make(bits(command::send_info), "weft-chat " + std::string(weft::version())));
  } else if (got.what() == command::get_absence) {
    put_packet(from, make(bits(command::send_absence), away_.empty() ? "Not absence mode" : away_));
  } else if (got.what() == command::read && got.has(read_check_option)) {
    put_packet(from, make(bits(command::answer_read), std::to_string(got.number)));
  }
}

void ipmsg_protocol::handed_over(const outgoing& datagram, time_point /*now*/) {
  if (datagram.about == 0 || !datagram.is_last) return;
  const auto peer = contacts_.find(datagram.to);
  if (peer == contacts_.end() || peer->second.times_sent != 1) return;
  tell({.type = event_type::sent, .peer = datagram.to, .nick = peer->second.nick, .id = datagram.about});
}

void ipmsg_protocol::unsent(const outgoing& datagram, const std::string& why, time_point now) {
  unreachable(datagram.to, why, now);
}

/// A closed port may open again before the last repetition: nothing fails for it.
void ipmsg_protocol::unreachable(const endpoint& peer, const std::string& why, time_point /*now*/) {
  const auto known = contacts_.find(peer);
  if (known == contacts_.end() || !std::exchange(known->second.is_here, false)) return;
  tell({.type = event_type::left, .peer = peer, .nick = known->second.nick, .text = why});
}

void ipmsg_protocol::advance(time_point now) {
  for (auto& [due, datagram] : delayed_) {
    if (due <= now) put(std::move(datagram));
  }
  std::erase_if(delayed_, [&](const delayed& one) { return one.due <= now; });
  for (auto& [where, peer] : contacts_) {
    if (peer.next <= now) {
      if (peer.times_sent <= options_.retries) {
        repeat(where, peer, now);
      } else {
        fail(where, peer, "no receipt came", now);
      }
    }
    if (!peer.is_here || now - peer.last_heard < question_interval) continue;
    if (peer.unanswered++ < most_questions) {
      look_for(where, peer, now);
    } else {
      peer.is_here = false;
      tell({.type = event_type::left, .peer = where, .nick = peer.nick, .text = "nothing is heard from it"});
    }
  }
}

std::size_t ipmsg_protocol::backlog(const endpoint& peer) const {
  const auto known = contacts_.find(peer);
  return known == contacts_.end() ? 0 : known->second.waiting.size();
}

time_point ipmsg_protocol::deadline() const {
  auto due = time_point::max();
  for (const auto& one : delayed_) due = std::min(due, one.due);
  for (const auto& [where, peer] : contacts_) {
    due = std::min(due, peer.next);
    if (peer.is_here) due = std::min(due, peer.last_heard + question_interval);
  }
  return due;
}

void ipmsg_protocol::announce(const std::string& nick, const std::string& away, time_point /*now*/) {
  options_.nick = nick;
  away_ = away;
  const auto entry = make_entry(bits(command::absence, utf8_capable_option));
  for (const auto& [where, peer] : contacts_) {
    if (peer.is_here) put_packet(where, entry);
  }
}

void ipmsg_protocol::leave(time_point /*now*/) {
  const auto goodbye = make(bits(command::leave, dial_up_option), options_.nick);
  for (const auto& everyone : options_.broadcasts) put_packet(everyone, goodbye);
  for (const auto& [where, peer] : contacts_) {
    if (peer.is_here) put_packet(where, goodbye);
  }
}

}  // namespace weft::chat_app::ipmsg
