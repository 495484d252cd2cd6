#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::chat_app::ipmsg {

// IP Messenger protocol, draft 14. The low byte of a command's number says what, the others how.

enum class command : std::uint8_t {
  nothing = 0x00,
  entry = 0x01,
  leave = 0x02,
  answer_entry = 0x03,
  absence = 0x04,
  message = 0x20,
  received = 0x21,
  read = 0x30,
  answer_read = 0x32,
  get_info = 0x40,
  send_info = 0x41,
  get_absence = 0x50,
  send_absence = 0x51,
  get_file = 0x60,
  release_files = 0x61,
  get_folder = 0x62,
  iptux_message = 0xfb,
};

inline constexpr std::uint32_t absence_option = 0x00000100;    ///< in entries
inline constexpr std::uint32_t dial_up_option = 0x00010000;    ///< in entries: sent to one peer
inline constexpr std::uint32_t check_option = 0x00000100;      ///< in messages: to be acknowledged
inline constexpr std::uint32_t secret_option = 0x00000200;     ///< in messages: to be told when it is read
inline constexpr std::uint32_t broadcast_option = 0x00000400;  ///< in messages
inline constexpr std::uint32_t automatic_option = 0x00002000;  ///< in messages: an answering machine's
inline constexpr std::uint32_t no_add_option = 0x00080000;     ///< in messages: the sender wants to be no peer
inline constexpr std::uint32_t read_check_option = 0x00100000;
inline constexpr std::uint32_t file_option = 0x00200000;
inline constexpr std::uint32_t encrypt_option = 0x00400000;
inline constexpr std::uint32_t utf8_option = 0x00800000;
inline constexpr std::uint32_t utf8_capable_option = 0x01000000;

/// A datagram of IP Messenger. Texts are bytes as they are on the wire.
struct packet {
  std::uint32_t number = 0;
  std::string user;
  std::string host;
  std::uint32_t command_bits = 0;
  std::string text = {};                     ///< up to the first NUL
  std::vector<std::string> extensions = {};  ///< what stands between the NULs behind it

  command what() const { return static_cast<command>(command_bits & 0xff); }
  bool has(std::uint32_t option) const { return (command_bits & option) != 0; }
};

/// Nothing for what is none: fewer than five colons, numbers that are none, another version than 1.
std::optional<packet> parse_packet(std::string_view datagram);

/// The datagram. Colons and NULs in user and host are left out.
std::string packet_bytes(const packet& one);

/// The bits of a command.
constexpr std::uint32_t bits(command what, std::uint32_t options = 0) {
  return static_cast<std::uint32_t>(what) | options;
}

}  // namespace weft::chat_app::ipmsg
