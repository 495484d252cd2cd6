// Bytes of a stranger begin nothing in secure mode, and those of a peer with keys drive neither the link nor the terminal.

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chat/secure/packet.hpp"
#include "chat/secure/secure_link.hpp"
#include "chat/secure/secure_protocol.hpp"
#include "chat_text.hpp"

namespace {

using namespace weft::chat_app;
using namespace weft::chat_app::secure;
using fuzz_chat::require;

/// The same in every run, so that what is found is found again.
key_pair keys_of(unsigned char number) {
  key_bytes secret{};
  secret.fill(number);
  return key_pair::of_secret(secret);
}

const auto hostile = boost::asio::ip::make_address("192.0.2.66");

void check_frames(std::string_view bytes) {
  if (const auto frames = parse_frames(bytes)) {
    std::string once;
    for (const auto& one : *frames) put_frame(once, one);
    require(once == bytes);
  }
  if (const auto said = parse_introduction(bytes)) {
    const auto again = parse_introduction(introduction_bytes(*said));
    require(again && again->stream == said->stream && again->base == said->base);
  }
}

/// Only the messages of the peer itself are authentic.
void check_handshake(std::string_view bytes, const handshake_terms& terms) {
  static_cast<void>(hello_cookie(terms, bytes));
  const auto initiator = [&] { return handshake(handshake::role::initiator, keys_of(1), terms, keys_of(2)); };
  const auto responder = [&] { return handshake(handshake::role::responder, keys_of(3), terms, keys_of(4)); };
  auto first = responder();
  if (first.read(bytes)) static_cast<void>(first.write("answer"));
  auto asks = initiator();
  auto answers = responder();
  require(answers.read(asks.write("one")).has_value());
  const auto second = answers.write("two");
  auto copy = asks;
  require(!copy.read(bytes) || bytes == second);
  require(asks.read(second).has_value());
  const auto third = asks.write("three");
  require(!answers.read(bytes) || bytes == third);
}

/// Several datagrams of anyone: nobody is there for it, and nothing was said.
void check_strangers(const std::vector<std::string_view>& datagrams, const std::optional<key_bytes>& shared_key) {
  secure_options options;
  options.keys = keys_of(1);
  options.shared_key = shared_key;
  options.max_unproven = 2;
  options.max_links = 4;
  options.groups = {{{boost::asio::ip::make_address("239.255.70.70"), 7070}, 1}};
  options.judge = [](const endpoint&, const key_bytes&) { return verdict::accepted; };
  secure_protocol mode(std::move(options));
  auto now = weft::time_point(std::chrono::hours(1));
  mode.enter();
  mode.greet({hostile, 1}, now);
  mode.send(1, {hostile, 1}, "text", now);
  std::uint16_t port = 0;
  for (const auto datagram : datagrams) {
    now += std::chrono::milliseconds(700);
    mode.receive({hostile, static_cast<std::uint16_t>(1 + port++ % 8)}, datagram, now);
    if (mode.deadline() <= now) mode.advance(now);
    for (const auto& answer : mode.take_outgoing()) require(answer.bytes.size() <= max_datagram);
    for (const auto& event : mode.take_events()) {
      require(event.type == event_type::left || event.type == event_type::failed);
      fuzz_chat::check_shown(event);
    }
  }
}

/// What a peer says under its keys: each piece is what one packet holds.
void check_peer(const std::vector<std::string_view>& packets) {
  auto now = weft::time_point(std::chrono::hours(1));
  const session_keys ours{.send = keys_of(5).secret, .receive = keys_of(6).secret, .hash = {}};
  const session_keys theirs{.send = ours.receive, .receive = ours.send, .hash = {}};
  secure_session peer(theirs, 7, 8, now);
  secure_link link({hostile, 1}, 42);
  link.install({ours, 8, 7, now}, keys_of(1).open, now);
  link.meet({.stream = 1, .base = 0, .nick = "eve"}, now);
  message_id id = 0;
  for (const auto frames : packets) {
    now += std::chrono::milliseconds(300);
    link.add(++id, "text", now);
    const auto sealed = peer.seal_packet(frames);
    const auto got = parse_packet(sealed);
    require(got.has_value());
    static_cast<void>(link.receive(*got, {hostile, 2}, now));
    static_cast<void>(link.advance(now));
    require(link.deadline() > now - std::chrono::hours(1));
    for (const auto& datagram : link.take_outgoing()) require(datagram.bytes.size() <= max_datagram);
    for (const auto& event : link.take_events()) fuzz_chat::check_shown(event);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: check_frames(bytes); break;
    case 1: check_handshake(bytes, terms_with(std::nullopt)); break;
    case 2: check_handshake(bytes, terms_with(keys_of(9).secret)); break;
    case 3: check_strangers(fuzz_chat::pieces(bytes), std::nullopt); break;
    case 4: check_strangers(fuzz_chat::pieces(bytes), keys_of(9).secret); break;
    default: check_peer(fuzz_chat::pieces(bytes)); break;
  }
  return 0;
}
