#include "common/man_page.hpp"

#include <algorithm>
#include <cctype>

namespace weft::app {
namespace {

/// roff takes '\' as escape, '-' as a hyphen that may be typeset, and a leading '.' or ''' as a request.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && out.empty()) {
      out += "\\&";
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

void append_option(std::string& out, const option_spec& option) {
  std::string names;
  for (const auto& name : all_names(option)) names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  if (!option.metavar.empty()) names += " \\fI" + roff(option.metavar) + "\\fR";
  out += ".TP\n" + names + '\n' + roff(option.help);
  if (!option.choices.empty()) {
    std::string list;
    for (const auto choice : split_choices(option.choices)) list += (list.empty() ? "" : ", ") + std::string(choice);
    out += ": " + roff(list);
  }
  if (!option.default_text.empty()) out += " [" + roff(option.default_text) + "]";
  out += ".\n";
}

}  // namespace

std::string man_page(const program_spec& program) {
  std::string upper(program.name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::string name = roff(program.name);
  std::string out = ".TH " + roff(upper) + " 1 \"\" \"weft " + roff(program.version) + "\" \"User Commands\"\n";
  out += ".SH NAME\n" + name + " \\- " + roff(program.summary) + "\n.SH SYNOPSIS\n";
  for (const auto usage : program.usage) out += ".B " + name + "\n" + roff(usage) + "\n.br\n";
  out += ".SH DESCRIPTION\n";
  for (const auto paragraph : program.description) out += roff(paragraph) + "\n.PP\n";
  out += ".SH OPTIONS\n";
  std::string_view group;
  for (const auto& option : program.options) {
    if (option.shown == audience::hidden) continue;
    if (option.group != group) {
      group = option.group;
      out += ".SS " + roff(group) + '\n';
    }
    append_option(out, option);
  }
  out += ".SH EXAMPLES\n";
  for (const auto& example : program.examples) {
    out += ".TP\n.B " + roff(example.command) + '\n' + roff(example.meaning) + ".\n";
  }
  out += ".SH EXIT STATUS\nOf several, the lowest but 0.\n";
  for (const auto& row : program.exit_codes) {
    out += ".TP\n.B " + std::to_string(static_cast<int>(row.code)) + '\n' + roff(row.meaning) + ".\n";
  }
  return out;
}

}  // namespace weft::app
