#include "common/help.hpp"

#include <algorithm>

namespace weft::app {
namespace {

constexpr std::size_t max_width = 100;
constexpr std::size_t text_column = 34;

std::string head_of(const option_spec& option) {
  std::string head = option.short_name != 0 ? std::string("  -") + option.short_name + ", " : "      ";
  head += dashed(option.long_name);
  if (!option.metavar.empty()) head += ' ' + std::string(option.metavar);
  return head;
}

std::string text_of(const option_spec& option, audience reader) {
  std::string text(option.help);
  if (!option.choices.empty()) {
    std::string list;
    for (const auto choice : split_choices(option.choices)) list += (list.empty() ? "" : ", ") + std::string(choice);
    text += ": " + list;
  }
  if (!option.default_text.empty()) text += " [" + std::string(option.default_text) + "]";
  if (reader == audience::full && !option.aliases.empty()) {
    std::string also;
    for (const auto alias : option.aliases) also += (also.empty() ? "" : ", ") + dashed(alias);
    text += " (also " + also + ")";
  }
  return text;
}

void append_row(std::string& out, std::string head, std::string_view text) {
  const auto lines = wrap(text, max_width - text_column);
  if (head.size() + 2 > text_column) {
    out += head + '\n';
    head.clear();
  }
  for (const auto& line : lines) {
    head.resize(text_column, ' ');
    out += head + line + '\n';
    head.clear();
  }
}

bool shown_to(const option_spec& option, audience reader) {
  return option.shown == audience::common || (option.shown == audience::full && reader == audience::full);
}

void append_options(std::string& out, const program_spec& program, audience reader) {
  std::string_view group;
  for (const auto& option : program.options) {
    if (!shown_to(option, reader)) continue;
    if (option.group != group) {
      group = option.group;
      out += '\n' + std::string(group) + ":\n";
    }
    append_row(out, head_of(option), text_of(option, reader));
  }
}

void append_exit_codes(std::string& out, const program_spec& program) {
  out += "\nExit codes (of several, the lowest but 0):\n";
  for (const auto& row : program.exit_codes) {
    auto number = std::to_string(static_cast<int>(row.code));
    number.insert(0, 5 - std::min<std::size_t>(5, number.size()), ' ');
    out += number + "  " + std::string(row.meaning) + '\n';
  }
}

std::string help_for(const program_spec& program, audience reader) {
  std::string out = std::string(program.name) + ": " + std::string(program.summary) + "\n\n";
  for (const auto usage : program.usage) {
    out += (usage == program.usage.front() ? "Usage: " : "       ");
    out += std::string(program.name) + ' ' + std::string(usage) + '\n';
  }
  append_options(out, program, reader);
  if (reader == audience::common) out += "\nAll options: " + std::string(program.name) + " --help\n";
  out += "\nExamples:\n";
  for (const auto& example : program.examples) {
    out += "  " + std::string(example.command) + "\n      " + std::string(example.meaning) + '\n';
  }
  append_exit_codes(out, program);
  return out;
}

}  // namespace

std::string short_help(const program_spec& program) { return help_for(program, audience::common); }

std::string full_help(const program_spec& program) { return help_for(program, audience::full); }

std::string version_line(const program_spec& program) {
  return std::string(program.name) + ' ' + std::string(program.version) + '\n';
}

}  // namespace weft::app
