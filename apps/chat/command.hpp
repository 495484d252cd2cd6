#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::chat_app {

enum class command_name {
  help,
  peers,
  to,
  add,
  nick,
  me,
  away,
  send,
  get,
  accept,
  block,
  unblock,
  fingerprint,
  stats,
  log,
  clear,
  quit
};

/// A command as help shows it and completion offers it.
struct command_row {
  command_name name;
  std::string_view word;       ///< with the slash
  std::string_view arguments;  ///< what stands behind it
  std::string_view meaning;
};

/// Lifetime: static.
std::span<const command_row> command_table();

/// What a line asks for.
struct typed_line {
  std::optional<command_name> command = {};
  std::string text = {};     ///< of a command: the rest of the line; else what to send
  std::string mistake = {};  ///< not empty: neither; what to say about it
};

/// A line that begins with "/" is a command, one that begins with "//" a text that begins with "/".
typed_line parse_line(std::string_view line);

/// What stands between spaces.
std::vector<std::string> words_of(std::string_view text);

}  // namespace weft::chat_app
