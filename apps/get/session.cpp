#include "get/session.hpp"

#include <unistd.h>

#include <exception>
#include <filesystem>
#include <vector>

#include <weft/base/error.hpp>
#include <weft/core/cancelled.hpp>
#include <weft/core/handle.hpp>
#include <weft/core/join.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>
#include <weft/fs/temporaries.hpp>

#include "common/display_text.hpp"
#include "get/engine.hpp"
#include "get/fetch.hpp"
#include "get/url_source.hpp"

namespace weft::get_app {
namespace {

constexpr duration farewell_limit = std::chrono::seconds(1);

void make_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) throw_errno(code.value(), "cannot make the folder '" + app::printable(folder.native()) + "'");
}

url_source_options source_options_of(const config& settings) {
  return {.urls = settings.urls,
          .input_file = settings.input_file,
          .output = settings.output,
          .dir = settings.dir,
          .on_conflict = settings.on_conflict};
}

}  // namespace

session::session(const config& settings)
    : config_(settings),
      files_(offload_options{.name = "weft-files", .threads = 1}),
      list_thread_(offload_options{.name = "weft-list", .threads = 1}),
      tidy_thread_(offload_options{.name = "weft-tidy", .threads = 1}),
      notes_thread_(offload_options{.name = "weft-stderr", .threads = 1}),
      data_thread_(offload_options{.name = "weft-stdout", .threads = 1}),
      notes_(STDERR_FILENO, "standard error", notes_thread_, app::text_sink::failures::ignored),
      data_(STDOUT_FILENO, "standard output", data_thread_, app::text_sink::failures::thrown),
      view_(settings.show, settings.verbose, notes_) {}

task<app::exit_code> session::run() {
  auto code = app::exit_code::internal;
  auto ending = progress_view::ending::failed;
  std::exception_ptr thrown;
  try {
    code = co_await download();
    co_await data_.flush();
    ending = progress_view::ending::regular;
  } catch (const cancelled&) {
    thrown = std::current_exception();
    ending = progress_view::ending::interrupted;
  } catch (const std::exception&) {
    thrown = std::current_exception();
  }
  view_.finish(ending);
  if (ending == progress_view::ending::interrupted) {
    auto farewell = [this] { return say_farewell(); };
    co_await shield(2 * farewell_limit, farewell);
  } else {
    co_await notes_.flush();
  }
  if (thrown) std::rethrow_exception(thrown);
  co_return code;
}

/// What is pending is written, unless a reader is stuck.
task<> session::say_farewell() {
  auto both = [this]() -> task<> { co_await gather(notes_.flush(), data_.flush()); };
  co_await move_on_after(farewell_limit, both);
}

task<app::exit_code> session::download() {
  if (!config_.to_stdout()) make_folder(config_.dir);
  url_source source(source_options_of(config_), list_thread_);
  fetcher fetch(config_, files_, view_);
  engine downloads(config_, source, fetch, view_, data_);
  auto body = [&](task_group& group) -> task<app::exit_code> {
    std::vector<handle<>> helpers;
    if (!config_.to_stdout()) co_await group.spawn([this] { return tidy_up(); });
    if (config_.show != display::nothing) helpers.push_back(co_await group.spawn([this] { return show(); }));
    if (config_.json) helpers.push_back(co_await group.spawn([this] { return hand_on(); }));
    const auto code = co_await downloads.run();
    for (auto& helper : helpers) helper.kill();
    co_return code;
  };
  co_return co_await scope(body);
}

/// Removes what a run that was killed left behind.
task<> session::tidy_up() {
  auto work = [dir = config_.dir] { fs::remove_abandoned_temporaries(fs::directory(dir)); };
  co_await tidy_thread_.run_abandonable(std::move(work));
}

/// Keeps the display up to date.
task<> session::show() {
  for (;;) {
    view_.draw();
    co_await notes_.flush();
    co_await sleep(redraw_interval);
  }
}

/// Hands the reports on while the downloads go on.
task<> session::hand_on() {
  for (;;) {
    co_await data_.flush();
    co_await sleep(redraw_interval);
  }
}

}  // namespace weft::get_app
