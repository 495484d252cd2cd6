#include "copy/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <thread>

#include "common/program_options.hpp"
#include "common/units.hpp"
#include "copy/exclusion.hpp"

namespace weft::copy_app {
namespace {

using app::audience;

constexpr std::string_view what = "What to copy";
constexpr std::string_view how = "How to copy";
constexpr std::string_view output = "Output";

display display_of(const std::string& chosen, const surroundings& around) {
  if (chosen == "bar") return display::bar;
  if (chosen == "plain") return display::plain;
  if (chosen == "none") return display::nothing;
  return around.screen_on_stderr ? display::bar : display::plain;
}

}  // namespace

std::vector<app::option_spec> copy_options() {
  std::vector<app::option_spec> all = {
      {.long_name = "update",
       .short_name = 'u',
       .group = what,
       .help = "leave a file alone whose copy is not older",
       .shown = audience::common},
      {.long_name = "exclude",
       .metavar = "PATTERN",
       .group = what,
       .help = "leave out what this matches: a name, or a path when it has a slash; may be given again",
       .shown = audience::common},
      {.long_name = "specials",
       .group = what,
       .help = "make FIFOs, sockets and devices again instead of failing for them"},
      {.long_name = "dry-run",
       .short_name = 'n',
       .group = what,
       .help = "only say what would be copied",
       .shown = audience::common},
      {.long_name = "jobs",
       .short_name = 'j',
       .metavar = "N",
       .group = how,
       .help = "files that are copied at the same time",
       .default_text = "one for each processor, at least 2",
       .aliases = {"workers"},
       .shown = audience::common},
      {.long_name = "threads", .group = how, .help = "copy with threads (the default)"},
      {.long_name = "processes", .group = how, .help = "copy with processes: one that is killed costs its file only"},
      {.long_name = "verify",
       .group = how,
       .help = "read every copy and its source again and compare their SHA-256",
       .shown = audience::common},
      {.long_name = "fsync", .group = how, .help = "make sure that the copies are on the disk"},
      {.long_name = "json", .group = output, .help = "print a JSON object for each file on standard output"},
      {.long_name = "progress",
       .metavar = "HOW",
       .group = output,
       .help = "what to show on standard error",
       .default_text = "auto: a bar on a terminal",
       .choices = "auto|bar|plain|none"},
      {.long_name = "verbose",
       .short_name = 'v',
       .group = output,
       .help = "name everything that was copied",
       .shown = audience::common},
      {.long_name = "quiet",
       .short_name = 'q',
       .group = output,
       .help = "print nothing at all",
       .shown = audience::common},
  };
  for (auto& option : app::program_options()) all.push_back(std::move(option));
  return all;
}

config resolve(const app::arguments& typed, const surroundings& around) {
  config settings;
  settings.workers = std::max(2U, std::thread::hardware_concurrency());
  settings.rules.owner = ::geteuid() == 0;
  std::string progress = "auto";
  for (const auto& option : typed.options) {
    if (option.values.empty()) continue;
    const std::string_view name = option.spec->long_name;
    if (name == "update") settings.rules.update = true;
    if (name == "exclude") {
      settings.excluded = option.values;
      static_cast<void>(exclusion(settings.excluded));  // says what is wrong with them
    }
    if (name == "specials") settings.specials = true;
    if (name == "dry-run") settings.dry_run = true;
    if (name == "jobs") settings.workers = app::parse_count(option.values.back(), 1, 256);
    if (name == "threads") settings.threads = true;
    if (name == "verify") settings.rules.verify = true;
    if (name == "fsync") settings.rules.sync = true;
    if (name == "json") settings.json = true;
    if (name == "progress") progress = option.values.back();
    if (name == "verbose") settings.verbose = true;
    if (name == "quiet") settings.quiet = true;
  }
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(typed.options,
                               [&](const auto& o) { return o.spec->long_name == name && !o.values.empty(); });
  };
  if (given("threads") && given("processes")) throw app::usage_error("--threads and --processes exclude each other");
  if (given("processes")) settings.threads = false;
  if (typed.operands.empty()) throw app::usage_error("nothing to copy: give SRC and DST");
  if (typed.operands.size() == 1) throw app::usage_error("no place to copy '" + typed.operands.front() + "' to");
  for (const auto& operand : typed.operands) {
    if (operand.empty()) throw app::usage_error("an empty name cannot be copied, nor be copied to");
  }
  settings.sources.assign(typed.operands.begin(), typed.operands.end() - 1);
  settings.target = typed.operands.back();
  settings.show = settings.quiet ? display::nothing : display_of(progress, around);
  return settings;
}

}  // namespace weft::copy_app
