#include "get/flags.hpp"

#include <algorithm>

#include <weft/version.hpp>

#include "common/arguments.hpp"
#include "get/option_rows.hpp"

namespace weft::get_app {
namespace {

std::vector<app::option_spec> all_specs() {
  std::vector<app::option_spec> specs;
  for (const auto& row : option_rows()) specs.push_back(row.spec);
  return specs;
}

}  // namespace

const app::program_spec& program() {
  static const app::program_spec spec{
      .name = "weft-get",
      .version = weft::version(),
      .summary = "download many files at once",
      .usage = {"[OPTION]... URL...", "[OPTION]... -i FILE|-", "--demo"},
      .description =
          {"Downloads every URL into the current folder, many at once. A file gets its name only when it is complete: "
           "until then it has a temporary name beside it, which is removed when the download fails.",
           "Names are the last part of the URL's path, made safe; of equal names the later in the list get a number. "
           "A URL without a scheme is taken for https. Redirects are followed, but never from https to http, and "
           "credentials stay with the server they are for. Certificates are always verified.",
           "Failures of the moment (time limits, broken connections, answers 408, 425, 429, 500, 502, 503, 504) are "
           "retried after a random wait that grows; Retry-After is obeyed up to ten minutes.",
           "Data goes to standard output, everything else to standard error."},
      .options = all_specs(),
      .examples = {{"weft-get https://example.org/a.jpg https://example.org/b.jpg", "fetches both at once"},
                   {"weft-get -i urls.txt -d pictures -j 50 --on-conflict skip", "fetches what is not there yet"},
                   {"grep -o 'https://[^\"]*' page.html | weft-get -i - --json > report.jsonl",
                    "takes the list from a pipe and writes what became of each file"}},
      .exit_codes = app::exit_code_table()};
  return spec;
}

flags parse_flags(std::vector<std::string> words) {
  const auto typed = app::parse_arguments(program(), std::move(words));
  flags result;
  result.urls = typed.operands;
  for (const auto& option : typed.options) {
    const auto row = std::find_if(option_rows().begin(), option_rows().end(),
                                  [&](const option_row& r) { return r.spec.long_name == option.spec->long_name; });
    for (const auto& value : option.values) row->set(result, value);
  }
  return result;
}

}  // namespace weft::get_app
