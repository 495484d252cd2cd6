#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/option_table.hpp"

namespace weft::app {

/// The command line cannot be understood; what() says which word and why, in one line.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An option as it was typed. A flag typed n times has n empty values.
struct typed_option {
  const option_spec* spec;
  std::vector<std::string> values;
};

/// What was typed, sorted by the order of the table; nothing is interpreted yet.
struct arguments {
  std::vector<typed_option> options;
  std::vector<std::string> operands;
};

/// Splits `words` (without the program's name) by the table.
/// "--" ends the options, short flags may be joined, "--name=value" and "-nvalue" are understood.
/// Errors: usage_error for an unknown option, a missing value or a value that is not among the choices.
/// Lifetime: the result points into `program`.
arguments parse_arguments(const program_spec& program, std::vector<std::string> words);

/// Whether the flag `long_name` is among `words`, which may be wrong in other places.
bool is_flag_given(const program_spec& program, const std::vector<std::string>& words, std::string_view long_name);

}  // namespace weft::app
