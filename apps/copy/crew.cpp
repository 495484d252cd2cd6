#include "copy/crew.hpp"

#include <csignal>
#include <exception>
#include <functional>
#include <utility>

#include <weft/core/cancelled.hpp>
#include <weft/core/shield.hpp>
#include <weft/pool/this_process.hpp>

#include "common/display_text.hpp"

namespace weft::copy_app {
namespace {

/// A job with one file of `job`.
copy_job only(const copy_job& job, std::size_t file) {
  return {job.source, job.target, job.folders, {job.files.at(file)}, job.rules};
}

void prepare_worker() {
  // A file that is too large is an error, as in this process.
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

std::vector<file_result> copy_in_worker(const copy_job& job) {
  const auto tell = [](std::uint64_t bytes) { this_process::report(bytes); };
  return copy_files(job, tell, [] { return this_process::stop_requested(); });
}

crew::crew(const config& settings) : workers_(settings.workers) {
  if (settings.threads) {
    threads_ = std::make_unique<thread_pool>(
        thread_pool_options{.name = "weft-copy", .core = workers_, .max = workers_, .queue = std::nullopt});
  } else {
    auto options = process_pool_options();
    options.name = "weft-copy";
    options.workers = workers_;
    options.init = &prepare_worker;
    processes_ = std::make_unique<process_pool>(options);
  }
}

crew::~crew() { stopping_ = true; }

task<std::vector<file_result>> crew::run(copy_job job) {
  return threads_ ? run_on_thread(std::move(job)) : run_in_process(std::move(job));
}

task<std::vector<file_result>> crew::run_on_thread(copy_job job) {
  auto work = [this, job = std::move(job)] {
    const auto tell = [this](std::uint64_t bytes) { told_.fetch_add(bytes, std::memory_order_relaxed); };
    return copy_files(job, tell, [this] { return stopping_.load(std::memory_order_relaxed); });
  };
  auto running = threads_->submit(std::move(work));
  co_await end_of(running);
  co_return co_await std::move(running);
}

task<> crew::end_of(const future<std::vector<file_result>>& running) {
  std::exception_ptr killed;
  try {
    co_await running.join();
  } catch (const cancelled&) {
    killed = std::current_exception();
  }
  if (!killed) co_return;
  stopping_ = true;
  running.cancel();
  auto wait = [&running]() -> task<> { co_await running.join(); };
  co_await shield(duration::max(), wait);
  std::rethrow_exception(killed);
}

task<std::vector<file_result>> crew::run_in_process(copy_job job) {
  auto options = submit_options();
  options.name = "copy";
  auto told = [this](std::uint64_t bytes) { told_.fetch_add(bytes, std::memory_order_relaxed); };
  auto running = processes_->submit<&copy_in_worker>(std::move(options), told, job);
  co_await end_of(running);
  std::string lost;
  try {
    co_return std::move(running).get();
  } catch (const std::exception& error) {
    lost = app::plain_message(error.what());
  }
  // Which of several files the worker was lost with is found out with each by itself.
  std::vector<file_result> results(job.files.size());
  if (job.files.size() == 1) results.front().error = lost;
  for (std::size_t i = 0; job.files.size() > 1 && i < job.files.size(); ++i) {
    auto alone = co_await run_in_process(only(job, i));
    results[i] = std::move(alone.front());
  }
  co_return results;
}

}  // namespace weft::copy_app
