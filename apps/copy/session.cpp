#include "copy/session.hpp"

#include <unistd.h>

#include <exception>
#include <utility>

#include <weft/core/cancelled.hpp>
#include <weft/core/join.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include "common/display_text.hpp"

namespace weft::copy_app {
namespace {

constexpr duration redraw_interval = std::chrono::milliseconds(100);
constexpr duration farewell_limit = std::chrono::seconds(1);

}  // namespace

session::session(const config& settings)
    : config_(settings),
      walk_thread_(offload_options{.name = "weft-walk", .threads = 1}),
      notes_thread_(offload_options{.name = "weft-stderr", .threads = 1}),
      data_thread_(offload_options{.name = "weft-stdout", .threads = 1}),
      notes_(STDERR_FILENO, "standard error", notes_thread_, app::text_sink::failures::ignored),
      data_(STDOUT_FILENO, "standard output", data_thread_, app::text_sink::failures::thrown),
      crew_(settings),
      view_(settings, notes_) {}

task<app::exit_code> session::run() {
  std::exception_ptr thrown;
  bool interrupted = false;
  try {
    auto body = [this](task_group& group) -> task<> {
      auto display = group.spawn([this] { return show(); });
      auto shown = co_await std::move(display);
      co_await copy_everything();
      shown.kill();
    };
    co_await scope(body);
    co_await data_.flush();
  } catch (const cancelled&) {
    thrown = std::current_exception();
    interrupted = true;
  } catch (const std::exception&) {
    thrown = std::current_exception();
  }
  if (!thrown || interrupted) view_.finish(counts_, interrupted ? view::ending::interrupted : view::ending::regular);
  auto farewell = [this]() -> task<> { co_await gather(notes_.flush(), data_.flush()); };
  auto in_time = [&]() -> task<> { co_await move_on_after(farewell_limit, farewell); };
  co_await shield(2 * farewell_limit, in_time);
  if (thrown) std::rethrow_exception(thrown);
  co_return counts_.failed > 0 ? app::exit_code::file : app::exit_code::ok;
}

task<> session::copy_everything() {
  auto opening = [this] { return std::make_unique<walker>(config_); };
  const auto tree = co_await walk_thread_.run(opening);
  co_await walk_through(*tree);
  counts_.all_known = true;
}

task<> session::walk_through(walker& tree) {
  auto copying = [&](task_group& group) -> task<> {
    for (bool is_end = false; !is_end;) {
      auto look = [&tree] { return tree.next(); };
      auto found = co_await walk_thread_.run(look);
      is_end = found.is_end;
      co_await hand_out(group, std::move(found));
    }
    counts_.all_known = true;
  };
  task_group_options limited;
  limited.max = crew_.room();
  co_await scope(limited, copying);
  auto linking = [&](task_group& group) -> task<> {
    for (bool is_end = false; !is_end;) {
      auto link = [&tree, failed = std::exchange(failed_, {})] {
        for (const auto& target : failed) tree.note_failed(target);
        return tree.link_some();
      };
      auto found = co_await walk_thread_.run(link);
      is_end = found.is_end;
      co_await hand_out(group, std::move(found));
    }
  };
  co_await scope(limited, linking);
  for (bool is_end = false; !is_end;) {
    auto finish = [&tree] { return tree.finish_some(); };
    const auto found = co_await walk_thread_.run(finish);
    is_end = found.is_end;
    counts_.lost += found.lost;
    for (const auto& report : found.reports) take(report);
  }
}

/// Waits until there is room for each job.
task<> session::hand_out(task_group& group, findings found) {
  counts_.expected_files += found.files;
  counts_.expected_bytes += found.bytes;
  for (const auto& report : found.reports) {
    if (report.status != entry_status::failed) ++counts_.expected_files;
    take(report);
  }
  for (auto& job : found.jobs) {
    auto work = [this](copy_job handed) { return copy(std::move(handed)); };
    co_await group.spawn(work, std::move(job));
  }
  co_await data_.reserve();
}

task<> session::copy(copy_job job) {
  const auto results = co_await crew_.run(job);
  for (std::size_t i = 0; i < job.files.size(); ++i) {
    const auto& file = job.files[i];
    const auto& result = results.at(i);
    const auto& folder = job.folders.at(file.folder).path;
    entry_report report;
    report.source = join_path(job.source.path, join_path(folder, file.name));
    report.target = join_path(job.target.path, join_path(folder, file.target_name));
    report.status = result.outcome == copy_outcome::copied       ? entry_status::copied
                    : result.outcome == copy_outcome::up_to_date ? entry_status::up_to_date
                                                                 : entry_status::failed;
    report.bytes = result.bytes;
    report.error = result.error;
    report.lost = result.lost;
    report.sha256 = result.sha256;
    complete_bytes_ += result.untold;
    if (report.status == entry_status::failed && file.has_other_names) failed_.push_back(report.target);
    take(report);
  }
  counts_.bytes = complete_bytes_ + crew_.told_bytes();
}

void session::take(const entry_report& report) {
  switch (report.status) {
    case entry_status::failed: ++counts_.failed; break;
    case entry_status::up_to_date: ++counts_.up_to_date; break;
    case entry_status::planned: counts_.bytes += report.bytes; [[fallthrough]];
    case entry_status::copied:
    case entry_status::linked: ++counts_.files; break;
  }
  counts_.lost += report.lost.size();
  if (report.status == entry_status::failed) view_.failed(report);
  if (!report.lost.empty()) {
    view_.warn(report.source + ": the copy has not got the attribute " + report.lost.front() +
               (report.lost.size() > 1 ? " and others" : ""));
  }
  if (config_.quiet) return;
  if (config_.json) {
    data_.add(json_line(report) + "\n");
  } else if (report.status == entry_status::planned ||
             (config_.verbose && (report.status == entry_status::copied || report.status == entry_status::linked))) {
    data_.add(app::printable(report.source) + " -> " + app::printable(report.target) + "\n");
  }
}

/// Keeps the display and the data moving.
task<> session::show() {
  for (;;) {
    if (!config_.dry_run) counts_.bytes = complete_bytes_ + crew_.told_bytes();
    view_.draw(counts_);
    co_await notes_.flush();
    co_await data_.flush();
    co_await sleep(redraw_interval);
  }
}

}  // namespace weft::copy_app
