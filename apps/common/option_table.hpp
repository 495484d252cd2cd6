#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/exit_code.hpp"

namespace weft::app {

/// Where an option is shown.
enum class audience { common, full, hidden };

/// What a shell should offer as the option's value.
enum class completes { nothing, files, folders };

/// One option, once: the parser, the help, the man page and the shell completions are all made from it.
struct option_spec {
  std::string_view long_name = {};             ///< without dashes; unique in the table
  char short_name = 0;                         ///< 0: none
  std::string_view metavar = {};               ///< name of the value; empty: a flag
  std::string_view group = {};                 ///< heading it is listed under
  std::string_view help = {};                  ///< one lower-case sentence without a full stop
  std::string_view default_text = {};          ///< shown in brackets; empty: nothing to show
  std::string_view choices = {};               ///< "a|b|c"; other values are refused
  std::vector<std::string_view> aliases = {};  ///< other accepted names; one letter is a short name
  audience shown = audience::full;
  completes value = completes::nothing;
};

/// A command a reader can paste, and what it does.
struct example_spec {
  std::string_view command;
  std::string_view meaning;
};

/// Everything that is said about a program outside its code. Lifetime: the texts are static.
struct program_spec {
  std::string_view name;
  std::string_view version;
  std::string_view summary;                   ///< one line
  std::vector<std::string_view> usage;        ///< without the program's name
  std::vector<std::string_view> description;  ///< paragraphs, for the man page
  std::vector<option_spec> options;           ///< options of a group stand together
  std::vector<example_spec> examples;
  std::span<const exit_code_row> exit_codes;
};

/// "-d" for "d", "--dir" for "dir".
std::string dashed(std::string_view name);

/// All names of an option with dashes, the main ones first.
std::vector<std::string> all_names(const option_spec& option);

/// The values in `choices`, in order.
std::vector<std::string_view> split_choices(std::string_view choices);

/// `text` cut into lines of at most `width` columns at spaces; a longer word stands alone. ASCII only.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace weft::app
