#pragma once

#include <string_view>

#include "common/option_table.hpp"

namespace weft::app::testing {

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// A small program with one option of each kind.
inline const program_spec& sample_program() {
  static const program_spec program{
      .name = "weft-sample",
      .version = "1.2.3",
      .summary = "does what a test wants",
      .usage = {"[OPTION]... URL..."},
      .description = {"First paragraph.", ".Second one begins like a request."},
      .options =
          {{.long_name = "dir",
            .short_name = 'd',
            .metavar = "DIR",
            .group = "Names",
            .help = "folder for the files, with a sentence that is long enough to need a second line in help",
            .default_text = ".",
            .aliases = {"P", "directory-prefix"},
            .shown = audience::common,
            .value = completes::folders},
           {.long_name = "header", .short_name = 'H', .metavar = "LINE", .group = "HTTP", .help = "adds a field"},
           {.long_name = "mode",
            .metavar = "MODE",
            .group = "HTTP",
            .help = "it's a choice",
            .choices = "fast|slow",
            .shown = audience::common},
           {.long_name = "quiet", .short_name = 'q', .group = "Output", .help = "says nothing"},
           {.long_name = "verbose", .short_name = 'v', .group = "Output", .help = "says more"},
           {.long_name = "secret", .group = "Output", .help = "is not shown", .shown = audience::hidden}},
      .examples = {{"weft-sample https://example.org/", "fetches it"}},
      .exit_codes = exit_code_table()};
  return program;
}

}  // namespace weft::app::testing
