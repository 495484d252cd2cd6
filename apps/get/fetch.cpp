#include "get/fetch.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include <weft/core/sleep.hpp>

#include "common/display_text.hpp"
#include "common/units.hpp"
#include "get/retry.hpp"
#include "get/target_file.hpp"

namespace weft::get_app {
namespace {

/// An error page up to this size is read, so that its connection can be used again.
constexpr std::size_t worth_reading = 16 * 1024;

http::client_options client_options_of(const config& settings) {
  http::client_options options;
  options.timeouts.resolve = settings.connect_timeout;
  options.timeouts.connect = settings.connect_timeout;
  options.timeouts.tls = settings.connect_timeout;
  options.timeouts.first_byte = settings.timeout;
  options.timeouts.body = settings.timeout;
  options.timeouts.slow = settings.slow;
  options.pool.per_origin = settings.per_host;
  options.pool.max_idle = settings.jobs;
  options.redirects.limit = settings.max_redirects;
  for (const auto& [name, value] : settings.headers) options.redirects.sensitive_headers.push_back(name);
  options.decode = settings.compressed ? http::decoding::automatic : http::decoding::none;
  options.user_agent = settings.user_agent;
  if (!settings.ca_files.empty()) {
    tls::context_options trust;
    trust.ca_files = settings.ca_files;
    options.tls.emplace(std::move(trust));
  }
  return options;
}

std::string field(const http::response& answer, std::string_view name) {
  return std::string(answer.headers().get(name).value_or(""));
}

failure refusal(app::exit_code code, std::string error, std::string message) {
  failure why;
  why.code = code;
  why.error = std::move(error);
  why.message = std::move(message);
  return why;
}

/// Fills in what only the report of a file tells.
void describe(const http::response& answer, duration before, file_report& report) {
  const auto& times = answer.timings();
  const auto since_start = [before](const std::optional<duration>& time) {
    return time ? std::optional(before + *time) : std::nullopt;
  };
  report.content_type = field(answer, "content-type");
  report.etag = field(answer, "etag");
  report.last_modified = field(answer, "last-modified");
  report.remote_ip = answer.remote().address().to_string();
  report.tls = answer.tls_version();
  report.resolved = since_start(times.resolved);
  report.connected = since_start(times.connected);
  report.secured = since_start(times.secured);
  report.first_byte = before + times.first_byte;
}

task<> discard_small_body(http::response& answer) {
  std::size_t read = 0;
  while (read < worth_reading) {
    const auto piece = co_await answer.next();
    if (piece.empty()) co_return;
    read += piece.size();
  }
}

}  // namespace

/// One file on its way.
struct fetcher::course {
  const job& next;
  transfer& shown;
  std::string path = {};  // where the file is to be
  file_report report = {};
  time_point start = now();

  duration elapsed() const { return now() - start; }
  std::string shown_path() const { return "'" + app::printable(path) + "'"; }
  /// What an earlier attempt had found out is forgotten, so that a report tells of one attempt only.
  void begin_attempt() {
    auto earlier = std::exchange(report, {});
    report.number = earlier.number;
    report.url = std::move(earlier.url);
    report.attempts = earlier.attempts + 1;
    report.started = earlier.started;
  }
  void fail(const failure& why) {
    report.status = outcome::failed;
    report.code = why.code;
    report.error = why.error;
    report.message = why.message;
  }
  void skip() {
    report.status = outcome::skipped;
    report.path = path;
  }
};

fetcher::fetcher(const config& settings, offload& files, progress_view& view)
    : config_(settings), view_(view), saver_(files, view), client_(client_options_of(settings)) {
  if (settings.to_stdout()) return;
  folder_.emplace(settings.dir);
  path_prefix_ = (settings.dir / "x").lexically_normal().native();
  path_prefix_.pop_back();
}

task<file_report> fetcher::fetch(const job& next) {
  using enum planned_name::verdict;
  course run{next, view_.started(next.number, next.target.name)};
  run.report.number = next.number;
  run.report.url = next.url ? std::string(next.url->str()) : without_credentials(next.text);
  run.report.started = std::chrono::system_clock::now();
  if (next.url && !config_.to_stdout()) run.path = path_prefix_ + next.target.name;
  if (next.fault) {
    run.fail(*next.fault);
  } else if (next.target.decision == planned_name::verdict::skip) {
    run.skip();
  } else if (next.target.decision == exists) {
    run.fail(refusal(app::exit_code::exists, "file_exists", run.shown_path() + " is there already"));
  } else if (next.target.decision == not_a_file) {
    run.fail(refusal(app::exit_code::file, "not_a_file", run.shown_path() + " is not a regular file"));
  } else {
    co_await fetch_with_retries(run);
  }
  run.report.total = run.elapsed();
  co_return std::move(run.report);
}

task<> fetcher::fetch_with_retries(course& run) {
  std::optional<retry_plan> plan;  // made when it is needed: a random seed costs more than a small file
  for (;;) {
    run.begin_attempt();
    const auto why = co_await attempt(run);
    if (!why) co_return;
    if (!plan) plan.emplace(config_.retry);
    auto wait = plan->next_wait(*why, run.elapsed());
    if (wait && config_.max_time && run.elapsed() + *wait >= *config_.max_time) wait.reset();
    if (!wait) {
      run.fail(*why);
      co_return;
    }
    run.shown.note = "retry in " + app::time_text(*wait);
    view_.detail(run.report.url + ": " + why->message + "; " + run.shown.note);
    co_await sleep(*wait);
    run.shown.note.clear();
    run.shown.received = 0;
  }
}

/// Nothing when the file is there, or was left as it is.
task<std::optional<failure>> fetcher::attempt(course& run) {
  std::optional<failure> why;
  try {
    why = co_await exchange(run);
  } catch (const http::error& error) {
    why = failure_of(error);
    if (error.status()) run.report.http_status = static_cast<unsigned>(*error.status());
    if (!error.url().empty()) run.report.final_url = error.url();
  } catch (const boost::system::system_error& error) {
    if (error.code().value() == EEXIST && config_.on_conflict == conflict_policy::skip) {
      run.skip();
      co_return std::nullopt;
    }
    why = file_failure(error.what(), error.code());
  } catch (const std::exception& error) {
    why = refusal(app::exit_code::internal, "internal", error.what());
  }
  // What is on standard output cannot be taken back.
  if (why && config_.to_stdout() && run.shown.received > 0) why->transient = false;
  co_return why;
}

task<std::optional<failure>> fetcher::exchange(course& run) {
  auto request = request_for(run);
  const auto before = run.elapsed();
  run.shown.note = "waiting";
  auto answer = co_await client_.send(std::move(request));
  run.shown.note.clear();
  run.report.http_status = static_cast<unsigned>(answer.status());
  run.report.final_url = answer.url().str();
  if (config_.json) describe(answer, before, run.report);
  if (answer.redirects() > 0) view_.detail(run.report.url + " -> " + run.report.final_url);
  auto why = failure_of_status(*run.report.http_status, field(answer, "retry-after"), config_.asked);
  if (why) {
    co_await discard_small_body(answer);
    co_return why;
  }
  if (*run.report.http_status == 304) {
    co_await discard_small_body(answer);
    run.report.status = outcome::skipped;
    run.report.message = "not modified";
    co_return std::nullopt;
  }
  std::optional<target> where;
  if (folder_) where = target{*folder_, run.next.target, config_.on_conflict};
  const auto saved = co_await saver_.save(answer, std::move(where), run.shown);
  if (folder_) run.report.path = path_prefix_ + saved.name;
  run.report.bytes = saved.bytes;
  run.report.status = outcome::ok;
  co_return std::nullopt;
}

http::request fetcher::request_for(const course& run) const {
  http::request request("GET", *run.next.url);
  for (const auto& [name, value] : config_.headers) request.header(name, value);
  if (config_.max_time) request.deadline(std::max(duration(1), *config_.max_time - run.elapsed()));
  return request;
}

}  // namespace weft::get_app
