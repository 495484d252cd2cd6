#include "common/program_options.hpp"

#include "common/completion.hpp"
#include "common/help.hpp"
#include "common/man_page.hpp"

namespace weft::app {

std::vector<option_spec> program_options() {
  constexpr std::string_view group = "The program";
  return {
      {.long_name = "completion",
       .metavar = "SHELL",
       .group = group,
       .help = "print the completion script of a shell",
       .choices = "bash|zsh|fish"},
      {.long_name = "man", .group = group, .help = "print the manual page", .shown = audience::hidden},
      {.long_name = "version", .short_name = 'V', .group = group, .help = "print the version"},
      {.long_name = "help", .group = group, .help = "print help about all options"},
      {.long_name = "short-help", .short_name = 'h', .group = group, .help = "print help about the common options"}};
}

std::optional<std::string> answer_about_program(const program_spec& program, const arguments& typed) {
  for (const typed_option& option : typed.options) {
    if (option.values.empty()) continue;
    const std::string_view name = option.spec->long_name;
    if (name == "help") return full_help(program);
    if (name == "short-help") return short_help(program);
    if (name == "version") return version_line(program);
    if (name == "man") return man_page(program);
    if (name == "completion") return completion_script(program, option.values.back());
  }
  return std::nullopt;
}

}  // namespace weft::app
