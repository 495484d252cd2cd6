#include "get/config.hpp"

#include <algorithm>
#include <string_view>

#include <weft/base/text.hpp>
#include <weft/version.hpp>

#include "common/arguments.hpp"
#include "common/display_text.hpp"

namespace weft::get_app {
namespace {

using app::usage_error;

template <class T, class U>
void take(T& target, const std::optional<U>& typed) {
  if (typed) target = static_cast<T>(*typed);
}

bool is_token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";  // RFC 9110, 5.6.2
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    const char low = to_lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view value) {
  return std::any_of(value.begin(), value.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

/// Fields that frame the message or name the server are the client's own business.
bool is_reserved(std::string_view name) {
  constexpr std::string_view reserved[] = {"content-length", "transfer-encoding", "connection", "te", "upgrade",
                                           "expect"};
  return std::any_of(std::begin(reserved), std::end(reserved), [name](auto field) { return iequals(name, field); });
}

std::pair<std::string, std::string> parse_header(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    throw usage_error("not a header: '" + app::printable(line) + "' (example: 'Accept: image/*')");
  }
  const auto value = trim(line.substr(colon + 1));
  if (has_control(value)) throw usage_error("control character in the header '" + std::string(name) + "'");
  if (is_reserved(name)) throw usage_error("the header '" + std::string(name) + "' cannot be set");
  return {std::string(name), std::string(value)};
}

void resolve_headers(const flags& typed, config& result) {
  result.user_agent = typed.user_agent.value_or("weft-get/" + std::string(weft::version()));
  if (has_control(result.user_agent)) throw usage_error("control character in the user agent");
  for (const auto& line : typed.headers) result.headers.push_back(parse_header(line));
  if (typed.referer) result.headers.push_back(parse_header("Referer: " + *typed.referer));
  result.asked = conditions_of(result.headers);
}

display resolve_display(const flags& typed, surroundings around) {
  if (typed.quiet) return display::nothing;
  switch (typed.progress.value_or(progress_choice::automatic)) {
    case progress_choice::bar: return display::bar;
    case progress_choice::plain: return display::plain;
    case progress_choice::none: return display::errors;
    case progress_choice::automatic: break;
  }
  // Reports or a body on the same screen would be torn apart by the bar.
  const bool data_on_screen = around.screen_on_stdout && (typed.json || typed.output == "-");
  if (around.screen_on_stderr && !data_on_screen) return display::bar;
  return typed.json ? display::errors : display::plain;
}

void check(const flags& typed) {
  if (typed.demo && (!typed.urls.empty() || typed.input_file || typed.output)) {
    throw usage_error("--demo brings its own URLs and names");
  }
  if (!typed.demo && typed.urls.empty() && !typed.input_file) {
    throw usage_error("no URL given; 'weft-get -h' shows what can be done");
  }
  if (typed.output && (typed.urls.size() != 1 || typed.input_file)) {
    throw usage_error("-o names one file: give exactly one URL with it");
  }
  if (typed.output == "") throw usage_error("-o needs the name of a file; '-' is standard output");
  if (typed.input_file == "") throw usage_error("-i needs a file; '-' is standard input");
  if (std::any_of(typed.urls.begin(), typed.urls.end(), [](const auto& url) { return trim(url).empty(); })) {
    throw usage_error("a URL is empty");
  }
  if (typed.output == "-" && typed.json) throw usage_error("'-o -' and --json both want standard output");
  if (typed.dir && typed.dir->empty()) throw usage_error("-d needs a folder");
}

}  // namespace

/// "-d a -o b/c.jpg" is the file c.jpg in the folder a/b.
void resolve_output(const flags& typed, config& result) {
  if (!typed.output) return;
  result.output = typed.output;
  if (result.to_stdout()) return;
  const auto path = result.dir / *typed.output;
  if (!path.has_filename() || path.filename() == "." || path.filename() == "..")
    throw usage_error("-o needs the name of a file, not of a folder");
  result.output = path.filename().native();
  result.dir = path.has_parent_path() ? path.parent_path() : ".";
}

config resolve(const flags& typed, surroundings around) {
  check(typed);
  config result;
  result.urls = typed.urls;
  result.input_file = typed.input_file;
  if (typed.demo) result.dir = "weft-demo";
  take(result.dir, typed.dir);
  resolve_output(typed, result);
  if (typed.demo) result.on_conflict = conflict_policy::overwrite;
  take(result.on_conflict, typed.on_conflict);
  take(result.jobs, typed.jobs);
  take(result.per_host, typed.per_host);
  take(result.retry.retries, typed.retries);
  take(result.retry.delay, typed.retry_delay);
  take(result.retry.max_time, typed.retry_max_time);
  result.retry.longest_delay = std::max(result.retry.longest_delay, result.retry.delay);
  result.retry.refused = typed.retry_refused;
  take(result.connect_timeout, typed.connect_timeout);
  take(result.timeout, typed.timeout);
  if (typed.max_time) result.max_time = typed.max_time;
  if (typed.max_time) result.retry.longest_retry_after = std::min(result.retry.longest_retry_after, *typed.max_time);
  take(result.slow->bytes_per_second, typed.speed_limit);
  take(result.slow->over, typed.speed_time);
  if (result.slow->bytes_per_second == 0 || result.slow->over.count() == 0) result.slow.reset();
  take(result.max_redirects, typed.max_redirects);
  resolve_headers(typed, result);
  for (const auto& file : typed.ca_files) result.ca_files.emplace_back(file);
  result.compressed = typed.compressed;
  result.json = typed.json;
  result.show = resolve_display(typed, around);
  result.verbose = typed.verbosity > 0 && !typed.quiet;
  result.demo = typed.demo;
  return result;
}

}  // namespace weft::get_app
