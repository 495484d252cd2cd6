#include "chat/secure/packet.hpp"

#include <sodium.h>

namespace weft::chat_app::secure {
namespace {

constexpr std::size_t max_away = 512;
constexpr std::string_view prologue = "weft-chat 1";

/// At most `limit` bytes of `text`, and no part of a character.
std::string beginning(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return std::string(text.substr(0, limit));
}

std::string head(packet_type type) {
  std::string out(magic);
  put_integer<1>(out, static_cast<unsigned char>(type));
  put_integer<1>(out, 0);
  return out;
}

std::string head(packet_type type, std::uint32_t receiver) {
  auto out = head(type);
  put_integer<4>(out, receiver);
  return out;
}

std::string search_packet(packet_type type, std::uint64_t seeker) {
  auto out = head(type);
  put_integer<8>(out, seeker);
  return out;
}

std::optional<frame> parse_frame(byte_reader& in) {
  frame one{};
  const auto type = in.integer<1>();
  if (type < 1 || type > 6) return std::nullopt;
  one.type = static_cast<frame_type>(type);
  if (one.type == frame_type::fragment) {
    one.number = in.integer<8>();
    const auto flags = in.integer<1>();
    const auto size = in.integer<2>();
    one.text = in.take(size);
    one.is_last = flags == 1;
    if (flags > 1 || one.text.size() > max_fragment) return std::nullopt;
  } else if (one.type == frame_type::ack) {
    one.number = in.integer<8>();
    one.beyond = in.integer<8>();
  } else if (one.type == frame_type::name) {
    const auto nick_size = in.integer<1>();
    one.text = in.take(nick_size);
    const auto away_size = in.integer<2>();
    one.away = in.take(away_size);
    if (one.text.size() > max_nick || one.away.size() > max_away) return std::nullopt;
  }
  if (one.type == frame_type::introduction) {
    one.number = in.integer<8>();
    one.beyond = in.integer<8>();
    const auto size = in.integer<1>();
    one.text = in.take(size);
    if (one.text.size() > max_nick) return std::nullopt;
  }
  if (in.is_broken()) return std::nullopt;
  return one;
}

}  // namespace

bool has_magic(std::string_view datagram) { return datagram.starts_with(magic); }

std::optional<packet> parse_packet(std::string_view datagram) {
  byte_reader in(datagram);
  if (in.take(magic.size()) != magic) return std::nullopt;
  const auto type = in.integer<1>();
  const auto reserved = in.integer<1>();
  if (type < 1 || type > 8 || reserved != 0) return std::nullopt;
  packet out{};
  out.type = static_cast<packet_type>(type);
  if (out.type == packet_type::seek || out.type == packet_type::here) {
    out.counter = in.integer<8>();
    return in.is_broken() ? std::nullopt : std::optional(out);
  }
  out.receiver = static_cast<std::uint32_t>(in.integer<4>());
  if (out.type == packet_type::hello || out.type == packet_type::reply) {
    out.sender = static_cast<std::uint32_t>(in.integer<4>());
  }
  if (out.type == packet_type::data) out.counter = in.integer<8>();
  if (in.is_broken()) return std::nullopt;
  if (out.type == packet_type::hello && datagram.size() != hello_size) return std::nullopt;
  out.header = datagram.substr(0, data_header_size);
  out.body = in.rest();
  if (out.type == packet_type::cookie && out.body.size() != cookie_jar::cookie_size) return std::nullopt;
  if (out.type == packet_type::apart && !out.body.empty()) return std::nullopt;
  return out;
}

std::string hello_packet(std::uint32_t sender, std::string_view message) {
  auto out = head(packet_type::hello, 0);
  put_integer<4>(out, sender);
  return out.append(message);
}

std::string reply_packet(std::uint32_t receiver, std::uint32_t sender, std::string_view message) {
  auto out = head(packet_type::reply, receiver);
  put_integer<4>(out, sender);
  return out.append(message);
}

std::string finish_packet(std::uint32_t receiver, std::string_view message) {
  return head(packet_type::finish, receiver).append(message);
}

std::string cookie_packet(std::uint32_t receiver, std::string_view cookie) {
  return head(packet_type::cookie, receiver).append(cookie);
}

std::string seek_packet(std::uint64_t seeker) { return search_packet(packet_type::seek, seeker); }

std::string here_packet(std::uint64_t seeker) { return search_packet(packet_type::here, seeker); }

std::string apart_packet(std::uint32_t receiver) { return head(packet_type::apart, receiver); }

/// The prologue holds a hash of the key, which shows in the first message whether it is the same: nobody answers, or
/// shows his own key to, who has not got it.
handshake_terms terms_with(const std::optional<key_bytes>& shared_key) {
  handshake_terms terms{.prologue = std::string(prologue), .shared_key = shared_key};
  if (!shared_key) return terms;
  key_bytes proof{};
  ::crypto_generichash(proof.data(), proof.size(), reinterpret_cast<const unsigned char*>(prologue.data()),
                       prologue.size(), shared_key->data(), shared_key->size());
  terms.prologue += text_of(proof);
  return terms;
}

std::string hello_payload(const handshake_terms& terms, std::string_view cookie) {
  std::string payload(cookie);
  const auto sealing = terms.shared_key ? seal_size : 0;
  payload.resize(hello_size - hello_message_offset - ephemeral_size - sealing, '\0');
  return payload;
}

std::optional<std::string> hello_cookie(const handshake_terms& terms, std::string_view body) {
  auto payload = handshake::first_payload(terms, body);
  if (!payload || payload->find_first_not_of('\0', cookie_jar::cookie_size) != std::string::npos) return std::nullopt;
  payload->resize(cookie_jar::cookie_size);
  return payload;
}

std::string data_header(std::uint32_t receiver, std::uint64_t counter) {
  auto out = head(packet_type::data, receiver);
  put_integer<8>(out, counter);
  return out;
}

std::string run_bytes(std::uint32_t run) {
  std::string out;
  put_integer<4>(out, run);
  return out;
}

std::optional<std::uint32_t> parse_run(std::string_view payload) {
  byte_reader in(payload);
  const auto run = static_cast<std::uint32_t>(in.integer<4>());
  return in.is_broken() ? std::nullopt : std::optional(run);
}

std::string introduction_bytes(const introduction& own) {
  std::string out;
  put_integer<8>(out, own.stream);
  put_integer<8>(out, own.base);
  return out.append(beginning(own.nick, max_nick));
}

std::optional<introduction> parse_introduction(std::string_view bytes) {
  byte_reader in(bytes);
  introduction out;
  out.stream = in.integer<8>();
  out.base = in.integer<8>();
  out.nick = in.rest();
  if (in.is_broken() || out.nick.size() > max_nick) return std::nullopt;
  return out;
}

void put_frame(std::string& out, const frame& one) {
  put_integer<1>(out, static_cast<unsigned char>(one.type));
  if (one.type == frame_type::fragment) {
    put_integer<8>(out, one.number);
    put_integer<1>(out, one.is_last ? 1 : 0);
    put_integer<2>(out, one.text.size());
    out += one.text;
  } else if (one.type == frame_type::ack) {
    put_integer<8>(out, one.number);
    put_integer<8>(out, one.beyond);
  } else if (one.type == frame_type::name) {
    const auto nick = beginning(one.text, max_nick);
    const auto away = beginning(one.away, max_away);
    put_integer<1>(out, nick.size());
    out += nick;
    put_integer<2>(out, away.size());
    out += away;
  } else if (one.type == frame_type::introduction) {
    const auto nick = beginning(one.text, max_nick);
    put_integer<8>(out, one.number);
    put_integer<8>(out, one.beyond);
    put_integer<1>(out, nick.size());
    out += nick;
  }
}

std::optional<std::vector<frame>> parse_frames(std::string_view bytes) {
  byte_reader in(bytes);
  std::vector<frame> frames;
  while (!in.rest().empty()) {
    auto one = parse_frame(in);
    if (!one) return std::nullopt;
    frames.push_back(std::move(*one));
  }
  return frames;
}

}  // namespace weft::chat_app::secure
