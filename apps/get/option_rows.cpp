#include "get/option_rows.hpp"

#include "common/arguments.hpp"
#include "common/units.hpp"

namespace weft::get_app {
namespace {

using app::audience;
using app::completes;
using app::parse_count;
using app::parse_duration;
using app::parse_size;
using app::usage_error;

/// A time that something may take: none at all would be no limit to some programs and a failure to others.
std::chrono::nanoseconds parse_limit(const std::string& value) {
  const auto limit = parse_duration(value);
  if (limit <= std::chrono::nanoseconds::zero()) throw usage_error("a limit of no time: '" + value + "'");
  return limit;
}

conflict_policy conflict_of(const std::string& value) {
  if (value == "skip") return conflict_policy::skip;
  if (value == "overwrite") return conflict_policy::overwrite;
  if (value == "fail") return conflict_policy::fail;
  return conflict_policy::rename;
}

progress_choice progress_of(const std::string& value) {
  if (value == "bar") return progress_choice::bar;
  if (value == "plain") return progress_choice::plain;
  if (value == "none") return progress_choice::none;
  return progress_choice::automatic;
}

void add_input_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "input-file",
                   .short_name = 'i',
                   .metavar = "FILE",
                   .group = "Input",
                   .help = "read URLs from FILE, one a line; '-' is standard input; '#' begins a comment",
                   .shown = audience::common,
                   .value = completes::files},
                  [](flags& typed, const std::string& value) { typed.input_file = value; }});
  rows.push_back({{.long_name = "demo",
                   .group = "Input",
                   .help = "download sixty pictures from a server inside the program, into ./weft-demo",
                   .shown = audience::common},
                  [](flags& typed, const std::string&) { typed.demo = true; }});
}

void add_file_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "dir",
                   .short_name = 'd',
                   .metavar = "DIR",
                   .group = "Files",
                   .help = "put files into DIR, which is made when it is not there",
                   .default_text = ".",
                   .aliases = {"P", "directory-prefix", "output-dir"},
                   .shown = audience::common,
                   .value = completes::folders},
                  [](flags& typed, const std::string& value) { typed.dir = value; }});
  rows.push_back({{.long_name = "output",
                   .short_name = 'o',
                   .metavar = "NAME",
                   .group = "Files",
                   .help = "name of the file, for a single URL; '-' is standard output",
                   .aliases = {"output-document"},
                   .shown = audience::common,
                   .value = completes::files},
                  [](flags& typed, const std::string& value) {
                    if (typed.output) throw usage_error("-o is there twice: it names one file, of a single URL");
                    typed.output = value;
                  }});
  rows.push_back({{.long_name = "on-conflict",
                   .metavar = "WHAT",
                   .group = "Files",
                   .help = "when the file is there already",
                   .default_text = "rename",
                   .choices = "rename|skip|overwrite|fail",
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.on_conflict = conflict_of(value); }});
  rows.push_back({{.long_name = "no-clobber", .group = "Files", .help = "the same as --on-conflict rename, as in curl"},
                  [](flags& typed, const std::string&) { typed.on_conflict = conflict_policy::rename; }});
  rows.push_back({{.long_name = "skip-existing", .group = "Files", .help = "the same as --on-conflict skip"},
                  [](flags& typed, const std::string&) { typed.on_conflict = conflict_policy::skip; }});
}

void add_transfer_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "jobs",
                   .short_name = 'j',
                   .metavar = "N",
                   .group = "Transfers",
                   .help = "downloads at once",
                   .default_text = "32",
                   .aliases = {"parallel-max", "max-concurrent-downloads"},
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.jobs = parse_count(value, 1, 10'000); }});
  rows.push_back({{.long_name = "max-per-host",
                   .short_name = 'x',
                   .metavar = "N",
                   .group = "Transfers",
                   .help = "connections to one server at once",
                   .default_text = "6",
                   .aliases = {"max-connection-per-server", "parallel-max-host"},
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.per_host = parse_count(value, 1, 10'000); }});
  rows.push_back(
      {{.long_name = "compressed", .group = "Transfers", .help = "accept gzip and store the content unpacked"},
       [](flags& typed, const std::string&) { typed.compressed = true; }});
}

void add_retry_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "retry",
                   .metavar = "N",
                   .group = "Retries and time limits",
                   .help = "attempts after the first, for failures of the moment",
                   .default_text = "5",
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.retries = parse_count(value, 0, 1000); }});
  rows.push_back({{.long_name = "retry-delay",
                   .metavar = "TIME",
                   .group = "Retries and time limits",
                   .help = "longest wait before the first retry; doubled each time up to a minute, drawn at random",
                   .default_text = "1s"},
                  [](flags& typed, const std::string& value) { typed.retry_delay = parse_duration(value); }});
  rows.push_back({{.long_name = "retry-max-time",
                   .metavar = "TIME",
                   .group = "Retries and time limits",
                   .help = "no retry later than this after the first attempt of a file",
                   .default_text = "10m"},
                  [](flags& typed, const std::string& value) { typed.retry_max_time = parse_duration(value); }});
  rows.push_back({{.long_name = "retry-connrefused",
                   .group = "Retries and time limits",
                   .help = "a refused connection is worth a retry too"},
                  [](flags& typed, const std::string&) { typed.retry_refused = true; }});
  rows.push_back({{.long_name = "connect-timeout",
                   .metavar = "TIME",
                   .group = "Retries and time limits",
                   .help = "for the name, the connection and TLS, each",
                   .default_text = "10s"},
                  [](flags& typed, const std::string& value) { typed.connect_timeout = parse_limit(value); }});
  rows.push_back({{.long_name = "timeout",
                   .short_name = 'T',
                   .metavar = "TIME",
                   .group = "Retries and time limits",
                   .help = "for the beginning of the answer, and for any pause in it",
                   .default_text = "30s"},
                  [](flags& typed, const std::string& value) { typed.timeout = parse_limit(value); }});
  rows.push_back({{.long_name = "max-time",
                   .short_name = 'm',
                   .metavar = "TIME",
                   .group = "Retries and time limits",
                   .help = "for one file, all attempts together",
                   .default_text = "no limit",
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.max_time = parse_limit(value); }});
  rows.push_back({{.long_name = "speed-limit",
                   .metavar = "SIZE",
                   .group = "Retries and time limits",
                   .help = "a body slower than this many bytes a second over --speed-time is a stall; 0: never",
                   .default_text = "1k",
                   .aliases = {"Y"}},
                  [](flags& typed, const std::string& value) { typed.speed_limit = parse_size(value); }});
  rows.push_back({{.long_name = "speed-time",
                   .metavar = "TIME",
                   .group = "Retries and time limits",
                   .help = "see --speed-limit",
                   .default_text = "30s",
                   .aliases = {"y"}},
                  [](flags& typed, const std::string& value) { typed.speed_time = parse_duration(value); }});
}

void add_http_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "header",
                   .short_name = 'H',
                   .metavar = "LINE",
                   .group = "HTTP",
                   .help = "add a field to each request: 'Name: value'; may be repeated",
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.headers.push_back(value); }});
  rows.push_back({{.long_name = "user-agent",
                   .short_name = 'A',
                   .metavar = "TEXT",
                   .group = "HTTP",
                   .help = "what to call ourselves",
                   .default_text = "weft-get/VERSION",
                   .aliases = {"U"},
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.user_agent = value; }});
  rows.push_back({{.long_name = "referer",
                   .short_name = 'e',
                   .metavar = "URL",
                   .group = "HTTP",
                   .help = "send this Referer field"},
                  [](flags& typed, const std::string& value) { typed.referer = value; }});
  rows.push_back({{.long_name = "max-redirs",
                   .metavar = "N",
                   .group = "HTTP",
                   .help = "redirects to follow for one file",
                   .default_text = "20",
                   .aliases = {"max-redirect"}},
                  [](flags& typed, const std::string& value) { typed.max_redirects = parse_count(value, 0, 100); }});
  rows.push_back({{.long_name = "cacert",
                   .metavar = "FILE",
                   .group = "HTTP",
                   .help = "trust the certificate authorities in this PEM file too; may be repeated",
                   .aliases = {"ca-certificate"},
                   .shown = audience::common,
                   .value = completes::files},
                  [](flags& typed, const std::string& value) { typed.ca_files.push_back(value); }});
}

void add_output_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "progress",
                   .metavar = "HOW",
                   .group = "Output",
                   .help = "what to show on standard error; auto is bar on a terminal and plain elsewhere",
                   .default_text = "auto",
                   .choices = "auto|bar|plain|none",
                   .shown = audience::common},
                  [](flags& typed, const std::string& value) { typed.progress = progress_of(value); }});
  rows.push_back({{.long_name = "no-progress-meter",
                   .group = "Output",
                   .help = "the same as --progress none",
                   .aliases = {"no-progress"}},
                  [](flags& typed, const std::string&) { typed.progress = progress_choice::none; }});
  rows.push_back({{.long_name = "json",
                   .group = "Output",
                   .help = "write one JSON object a file to standard output",
                   .shown = audience::common},
                  [](flags& typed, const std::string&) { typed.json = true; }});
  rows.push_back({{.long_name = "quiet",
                   .short_name = 'q',
                   .group = "Output",
                   .help = "no messages at all, not even about wrong options; the exit code tells",
                   .aliases = {"silent"},
                   .shown = audience::common},
                  [](flags& typed, const std::string&) { typed.quiet = true; }});
  rows.push_back({{.long_name = "verbose",
                   .short_name = 'v',
                   .group = "Output",
                   .help = "also tell about attempts, redirects and finished files",
                   .shown = audience::common},
                  [](flags& typed, const std::string&) { ++typed.verbosity; }});
}

void add_program_rows(std::vector<option_row>& rows) {
  rows.push_back({{.long_name = "completion",
                   .metavar = "SHELL",
                   .group = "The program",
                   .help = "print the completion script of a shell",
                   .choices = "bash|zsh|fish"},
                  [](flags& typed, const std::string& value) {
                    typed.action = special_action::completion;
                    typed.shell = value;
                  }});
  rows.push_back(
      {{.long_name = "man", .group = "The program", .help = "print the manual page", .shown = audience::hidden},
       [](flags& typed, const std::string&) { typed.action = special_action::man_page; }});
  rows.push_back({{.long_name = "version", .short_name = 'V', .group = "The program", .help = "print the version"},
                  [](flags& typed, const std::string&) { typed.action = special_action::version; }});
  rows.push_back({{.long_name = "help", .group = "The program", .help = "print help about all options"},
                  [](flags& typed, const std::string&) { typed.action = special_action::full_help; }});
  rows.push_back({{.long_name = "short-help",
                   .short_name = 'h',
                   .group = "The program",
                   .help = "print help about the common options"},
                  [](flags& typed, const std::string&) { typed.action = special_action::short_help; }});
}

/// Options of curl and wget that ask for what is done anyway are taken; those that mean something else say so.
void add_foreign_rows(std::vector<option_row>& rows) {
  const auto accepted = [](flags&, const std::string&) {};
  constexpr std::string_view group = "Accepted for curl's sake, always on";
  rows.push_back({{.long_name = "location", .short_name = 'L', .group = group, .help = "follow redirects"}, accepted});
  rows.push_back(
      {{.long_name = "fail", .short_name = 'f', .group = group, .help = "do not save error pages"}, accepted});
  rows.push_back({{.long_name = "parallel", .short_name = 'Z', .group = group, .help = "download at once"}, accepted});
  rows.push_back({{.long_name = "create-dirs", .group = group, .help = "make the target folder"}, accepted});
  rows.push_back({{.long_name = "remote-name-all", .group = group, .help = "names come from the URLs"}, accepted});
  rows.push_back({{.long_name = "remote-name", .short_name = 'O', .group = "Refused", .shown = audience::hidden},
                  [](flags&, const std::string&) {
                    throw app::usage_error(
                        "-O means different things in curl and wget: names come from the URLs by default, "
                        "and -o NAME gives a name");
                  }});
  rows.push_back({{.long_name = "insecure",
                   .short_name = 'k',
                   .group = "Refused",
                   .aliases = {"no-check-certificate"},
                   .shown = audience::hidden},
                  [](flags&, const std::string&) {
                    throw app::usage_error(
                        "certificates are always verified: trust a private authority with --cacert FILE");
                  }});
}

}  // namespace

const std::vector<option_row>& option_rows() {
  static const auto rows = [] {
    std::vector<option_row> all;
    add_input_rows(all);
    add_file_rows(all);
    add_transfer_rows(all);
    add_retry_rows(all);
    add_http_rows(all);
    add_output_rows(all);
    add_program_rows(all);
    add_foreign_rows(all);
    return all;
  }();
  return rows;
}

}  // namespace weft::get_app
