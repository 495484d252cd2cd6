#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/secure/bytes.hpp"
#include "chat/secure/cookie_jar.hpp"
#include "chat/secure/noise.hpp"

namespace weft::chat_app::secure {

// The formats of docs/protocols/weft-chat-secure.md.

inline constexpr std::string_view magic = "\xc7\x01";
inline constexpr std::size_t hello_size = 256;  ///< an answer is never longer: no amplification
inline constexpr std::size_t hello_message_offset = 12;
inline constexpr std::size_t ephemeral_size = 32;  ///< the beginning of the message of a hello; its cookie follows
inline constexpr std::size_t data_header_size = 16;
inline constexpr std::size_t max_datagram = 1200;
inline constexpr std::size_t max_fragment = 1024;
inline constexpr std::size_t max_nick = 64;

enum class packet_type : unsigned char {
  hello = 1,
  reply = 2,
  finish = 3,
  data = 4,
  cookie = 5,
  seek = 6,
  here = 7,
  apart = 8,
};

/// What two peers of this protocol have to bring along alike: its name and the pre-shared key, if there is one.
handshake_terms terms_with(const std::optional<key_bytes>& shared_key);

/// A datagram as far as it can be read without keys.
struct packet {
  packet_type type;
  std::uint32_t receiver = 0;  ///< whose session it is; 0 in a hello
  std::uint32_t sender = 0;    ///< of hello and reply: what the answer is to be addressed to
  std::uint64_t counter = 0;   ///< of data; of seek and here: who seeks
  std::string_view header;     ///< of data: what is authenticated with it
  std::string_view body;       ///< the handshake message, what is sealed, or the cookie
};

/// Whether it begins as the packets of this protocol do.
bool has_magic(std::string_view datagram);
/// Lifetime: the views are of `datagram`.
std::optional<packet> parse_packet(std::string_view datagram);

std::string hello_packet(std::uint32_t sender, std::string_view message);
std::string reply_packet(std::uint32_t receiver, std::uint32_t sender, std::string_view message);
std::string finish_packet(std::uint32_t receiver, std::string_view message);
/// Asks for the hello again, with the cookie in it.
std::string cookie_packet(std::uint32_t receiver, std::string_view cookie);
/// Asks a multicast group who is there; `seeker` is a random number.
std::string seek_packet(std::uint64_t seeker);
/// The answer to it.
std::string here_packet(std::uint64_t seeker);
/// Says that a hello was made for others: with another pre-shared key, or with one where there is none.
std::string apart_packet(std::uint32_t receiver);
/// The payload of a hello, which brings `cookie` back; empty: there is none yet.
std::string hello_payload(const handshake_terms& terms, std::string_view cookie);
/// The cookie in the body of a hello; nothing when it was not made under these terms.
std::optional<std::string> hello_cookie(const handshake_terms& terms, std::string_view body);
/// The header of a data packet; what is sealed follows.
std::string data_header(std::uint32_t receiver, std::uint64_t counter);

/// The payload of a reply: the number of the responder's run, which is the upper half of all its streams' numbers.
std::string run_bytes(std::uint32_t run);
/// Nothing from peers that do not say it.
std::optional<std::uint32_t> parse_run(std::string_view payload);
inline std::uint32_t run_of(std::uint64_t stream) { return static_cast<std::uint32_t>(stream >> 32); }

/// Who sends, and what: in the finish of the initiator, and in the responder's first frame.
struct introduction {
  std::uint64_t stream = 0;  ///< number of what the sender sends; another one: it has forgotten the last
  std::uint64_t base = 0;    ///< where who does not know that stream begins to read
  std::string nick;
};

std::string introduction_bytes(const introduction& own);
std::optional<introduction> parse_introduction(std::string_view bytes);

enum class frame_type : unsigned char { fragment = 1, ack = 2, ping = 3, close = 4, name = 5, introduction = 6 };

/// A part of what is sealed in a data packet.
struct frame {
  frame_type type;
  std::uint64_t number = 0;  ///< of a fragment; of an ack: the first that is missing; of an introduction: the stream
  std::uint64_t beyond = 0;  ///< of an ack: bit i says that number + 1 + i is there; of an introduction: the base
  bool is_last = false;      ///< fragment of its message
  std::string text = {};     ///< of a fragment; of a name and an introduction: the nick
  std::string away = {};     ///< of a name: why the peer is away, empty: it is not
};

void put_frame(std::string& out, const frame& one);
/// Nothing when any of it is not as it should be.
std::optional<std::vector<frame>> parse_frames(std::string_view bytes);

}  // namespace weft::chat_app::secure
