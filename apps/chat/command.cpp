#include "chat/command.hpp"

#include <array>

#include <weft/base/text.hpp>

#include "chat/visible_text.hpp"

namespace weft::chat_app {
namespace {

constexpr std::array<command_row, 17> command_rows{{
    {command_name::help, "/help", "", "this list"},
    {command_name::peers, "/peers", "", "who is known"},
    {command_name::to, "/to", "[PEER]...", "talk to these only; without one: to every peer again"},
    {command_name::add, "/add", "HOST[:PORT] [NICK]", "talk to one more"},
    {command_name::nick, "/nick", "NAME", "call yourself NAME"},
    {command_name::me, "/me", "TEXT", "say what you are doing"},
    {command_name::away, "/away", "[TEXT]", "be away; without a text: be back"},
    {command_name::send, "/send", "PATH", "offer a file or a folder"},
    {command_name::get, "/get", "N", "take the file or folder that was offered as number N"},
    {command_name::accept, "/accept", "PEER [FINGERPRINT]", "believe the key that this peer has shown"},
    {command_name::block, "/block", "[PEER]", "hear nothing more from its address; without one: whose it is"},
    {command_name::unblock, "/unblock", "ADDRESS", "hear it again"},
    {command_name::fingerprint, "/fingerprint", "[PEER]", "your key, or the peer's, to be compared"},
    {command_name::stats, "/stats", "", "what was sent and received"},
    {command_name::log, "/log", "[FILE]", "write everything to FILE too; without one: no more"},
    {command_name::clear, "/clear", "", "clear the screen"},
    {command_name::quit, "/quit", "", "leave"},
}};

}  // namespace

std::span<const command_row> command_table() { return command_rows; }

typed_line parse_line(std::string_view line) {
  if (line.starts_with("//")) return {.text = std::string(line.substr(1))};
  if (!line.starts_with('/')) return {.text = std::string(line)};
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  const auto rest = space == std::string_view::npos ? std::string_view() : trim(line.substr(space));
  for (const auto& row : command_rows) {
    if (row.word == word) return {.command = row.name, .text = std::string(rest)};
  }
  return {.mistake = "no command " + visible_word(word) + "; /help lists them, // begins a text with a slash"};
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space != 0) words.emplace_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return words;
}

}  // namespace weft::chat_app
