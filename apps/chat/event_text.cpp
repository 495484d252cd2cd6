#include "chat/event_text.hpp"

#include <array>
#include <cstdint>
#include <ctime>

#include "chat/visible_text.hpp"

namespace weft::chat_app {
namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view alarm = "\x1b[1;31m";
constexpr std::array<std::string_view, 6> name_colors = {"\x1b[32m", "\x1b[33m", "\x1b[34m",
                                                         "\x1b[35m", "\x1b[36m", "\x1b[92m"};

std::string formatted(std::chrono::system_clock::time_point time, const char* format) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const auto size = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), size};
}

std::string who(const chat_event& event) {
  if (!event.nick.empty()) return visible_word(event.nick);
  return event.peer ? to_text(*event.peer) : std::string();
}

std::string number(const chat_event& event) { return "#" + std::to_string(event.id); }

std::string fate_of(const chat_event& event) {
  return event.fate == event_type::notice ? std::string() : " " + name_of(event.fate);
}

/// What stands in front of the text of a message; for others, all but the text.
std::string heading(const chat_event& event) {
  switch (event.type) {
    case event_type::message: return who(event) + ": ";
    case event_type::own: return "me " + number(event) + fate_of(event) + ": ";
    case event_type::sent: return "* " + number(event) + " sent to " + who(event);
    case event_type::delivered: return "* " + number(event) + " delivered to " + who(event);
    case event_type::failed: return "! " + number(event) + " failed for " + who(event) + ": ";
    case event_type::joined: return "* " + who(event) + " is here";
    case event_type::left: return "* " + who(event) + " is gone" + (event.text.empty() ? "" : ": ");
    case event_type::renamed:
    case event_type::same: return "* " + who(event) + ": ";
    case event_type::refused: return "! " + who(event) + " refused: ";
    case event_type::offer: return "* " + who(event) + " offers ";
    case event_type::flood: return "! " + (event.peer ? who(event) : "others") + ": ";
    case event_type::notice: break;
  }
  return event.peer ? "* " + who(event) + ": " : "* ";
}

std::string_view color_of(const chat_event& event) {
  switch (event.type) {
    case event_type::message: {
      const auto name = who(event);
      std::uint32_t hash = 2166136261U;
      for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
      return name_colors[hash % name_colors.size()];
    }
    case event_type::own: return {};
    case event_type::failed:
    case event_type::refused: return alarm;
    default: return dim;
  }
}

std::string lines_of(const chat_event& event, const std::string& head, const std::string& indent) {
  const auto lines = visible_lines(event.text);
  std::string out = head + lines.front() + "\n";
  for (std::size_t i = 1; i < lines.size(); ++i) out += indent + "| " + lines[i] + "\n";
  return out;
}

}  // namespace

std::string name_of(event_type type) {
  switch (type) {
    case event_type::message: return "message";
    case event_type::own: return "own";
    case event_type::sent: return "sent";
    case event_type::delivered: return "delivered";
    case event_type::failed: return "failed";
    case event_type::joined: return "joined";
    case event_type::left: return "left";
    case event_type::renamed: return "renamed";
    case event_type::same: return "same";
    case event_type::refused: return "refused";
    case event_type::offer: return "offer";
    case event_type::flood: return "flood";
    case event_type::notice: break;
  }
  return "notice";
}

std::string clock_text(std::chrono::system_clock::time_point time) { return formatted(time, "%H:%M:%S"); }

std::string event_text(const chat_event& event, coloring colors) {
  const auto clock = clock_text(event.time) + " ";
  const std::string indent(clock.size(), ' ');
  const auto color = colors == coloring::ansi ? color_of(event) : std::string_view();
  if (color.empty()) return lines_of(event, clock + heading(event), indent);
  return lines_of(event, clock + std::string(color) + heading(event) + std::string(reset), indent);
}

std::string log_text(const chat_event& event) {
  return lines_of(event, formatted(event.time, "%Y-%m-%dT%H:%M:%S%z ") + heading(event), "  ");
}

}  // namespace weft::chat_app
