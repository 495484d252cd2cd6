#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chat/plain_protocol.hpp"
#include "chat/secure/guard.hpp"
#include "common/arguments.hpp"
#include "common/option_table.hpp"

namespace weft::chat_app {

enum class chat_mode { plain, secure, ipmsg };

enum class family { any, v4, v6 };

/// "host", "host:port", "[v6]:port" or a bare IPv6 address.
struct peer_address {
  std::string host;
  std::uint16_t port;
};

/// What weft-chat is to do.
struct config {
  chat_mode mode = chat_mode::plain;
  family addresses = family::any;
  std::string listen_host;  ///< empty: every address
  std::uint16_t listen_port = 7070;
  std::uint16_t peer_port = 7070;  ///< of a peer without one
  std::vector<peer_address> peers;
  std::string nick;
  std::string user;
  std::string interface;   ///< nothing goes or comes by another; empty: by any
  std::string encoding;    ///< of peers that do not write UTF-8, for both directions; empty: guessed, and UTF-8
  bool discovers = false;  ///< ipmsg and secure: peers are sought on the network, and find us
  line_end end = line_end::automatic;
  std::string key_file;
  std::string known_file;
  std::string psk_file;  ///< of the key that all peers share; empty: there is none
  secure::acceptance accept = secure::acceptance::ask;
  std::optional<std::string> text;  ///< to send, and then to end
  std::optional<std::chrono::nanoseconds> wait;
  std::optional<std::size_t> count;  ///< messages to hear, and then to end
  int retries = 4;                   ///< in ipmsg mode: how often a text is sent again
  std::string notify;                ///< a command to run for each message
  double rate = 5;
  double burst = 20;
  std::size_t max_size = 1200;
  std::string log_file;
  bool json = false;
  bool quiet = false;
  bool stats = false;  ///< what was sent and received is told at the end
  bool bell = false;
  bool color = false;
};

std::vector<app::option_spec> chat_options();

/// Where the program finds itself.
struct surroundings {
  bool color_on_stdout = false;
  std::string user = {};
  std::string config_folder = {};  ///< where keys are, unless told otherwise
};

/// Errors: app::usage_error.
config resolve(const app::arguments& typed, const surroundings& around);

/// Errors: app::usage_error naming the text.
peer_address parse_peer(std::string_view text, std::uint16_t default_port);

}  // namespace weft::chat_app
