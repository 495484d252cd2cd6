#include "common/completion.hpp"

#include <algorithm>
#include <stdexcept>

namespace weft::app {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::string choice_words(const option_spec& option) {
  std::string out(option.choices);
  std::replace(out.begin(), out.end(), '|', ' ');
  return out;
}

/// A name a shell function may have.
std::string identifier(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

/// `text` inside single quotes, for a POSIX shell and fish alike.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string bash_script(const program_spec& program) {
  std::string cases;
  std::string names;
  for (const auto& option : program.options) {
    if (option.shown == audience::hidden) continue;
    const auto all = all_names(option);
    names += dashed(option.long_name) + ' ';
    if (option.metavar.empty()) continue;
    std::string reply = "COMPREPLY=()";
    if (!option.choices.empty()) reply = "COMPREPLY=($(compgen -W '" + choice_words(option) + "' -- \"$cur\"))";
    if (option.value == completes::files) reply = "COMPREPLY=($(compgen -f -- \"$cur\"))";
    if (option.value == completes::folders) reply = "COMPREPLY=($(compgen -d -- \"$cur\"))";
    cases += "    " + joined(all, "|") + ") " + reply + "; return ;;\n";
  }
  const auto function = "_" + identifier(program.name);
  return "# bash completion for " + std::string(program.name) + "\n" + function + "() {\n" +
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n  case $prev in\n" + cases +
         "  esac\n  [[ $cur == -* ]] && COMPREPLY=($(compgen -W '" + names + "' -- \"$cur\"))\n}\n" +
         "complete -o filenames -F " + function + ' ' + std::string(program.name) + '\n';
}

std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_script(const program_spec& program) {
  std::string out = "#compdef " + std::string(program.name) + "\n_arguments -s -S \\\n";
  for (const auto& option : program.options) {
    if (option.shown == audience::hidden) continue;
    for (const auto& name : all_names(option)) {
      std::string spec = "*" + name;
      if (!option.metavar.empty()) spec += name.size() == 2 ? "+" : "=";
      spec += "[" + zsh_text(option.help) + "]";
      if (!option.metavar.empty()) {
        spec += ":" + zsh_text(option.metavar) + ":";
        if (!option.choices.empty()) spec += "(" + choice_words(option) + ")";
        if (option.value == completes::files) spec += "_files";
        if (option.value == completes::folders) spec += "_files -/";
      }
      out += "  " + shell_quoted(spec) + " \\\n";
    }
  }
  return out + "  '*:URL:_urls'\n";
}

std::string fish_script(const program_spec& program) {
  std::string out = "# fish completion for " + std::string(program.name) + "\n";
  for (const auto& option : program.options) {
    if (option.shown == audience::hidden) continue;
    out += "complete -c " + std::string(program.name);
    if (option.short_name != 0) out += std::string(" -s ") + option.short_name;
    out += " -l " + std::string(option.long_name);
    for (const auto alias : option.aliases) out += (alias.size() == 1 ? " -s " : " -l ") + std::string(alias);
    if (!option.metavar.empty()) out += " -r";
    if (!option.choices.empty()) out += " -f -a " + shell_quoted(choice_words(option));
    if (option.value == completes::folders) out += " -f -a '(__fish_complete_directories)'";
    if (option.value == completes::nothing && option.choices.empty()) out += " -f";
    out += " -d " + shell_quoted(option.help) + '\n';
  }
  return out;
}

}  // namespace

std::string completion_script(const program_spec& program, std::string_view shell) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  if (shell == "fish") return fish_script(program);
  throw std::invalid_argument("no completion for the shell '" + std::string(shell) + "': bash, zsh and fish are known");
}

}  // namespace weft::app
