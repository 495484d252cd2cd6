#include <weft/testkit/run.hpp>

#include <weft/core/loop.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/task_state.hpp>
#include <weft/testkit/failure.hpp>

#include <string_view>
#include <vector>

namespace weft::testkit::detail {

namespace {

/// The tasks that have neither ended nor been killed, but for the one with `id`.
std::vector<task_info> left_tasks(std::uint64_t id) {
  std::vector<weft::detail::raw_task> left;
  auto& lists = this_loop().task_lists();
  for (const auto* list = lists.front(); list != nullptr; list = lists.after(*list)) {
    for (const auto* task = list->tasks().front(); task != nullptr; task = list->tasks().after(*task)) {
      if (task->id() == id || task->cancel_pending()) continue;
      weft::detail::copy_task(*task, left.emplace_back());
    }
  }
  return weft::detail::describe_tasks(left);
}

void add(std::string& problems, std::string_view what, std::string_view details) {
  if (!problems.empty() && !problems.ends_with('\n')) problems += '\n';
  problems.append(what).append(details);
}

/// Runs the test and waits for it.
task<> supervise(std::function<task<>()> body, leak_policy leaks, verdict& result) {
  const std::uint64_t self = weft::detail::current_task().id();
  handle<> test = spawn(spawn_options{"test"}, std::move(body));
  test.on_done([&result, leaks, self](const handle<>& ended) {
    result.failure = ended.error();
    if (leaks == leak_policy::allow) return;
    const auto left = left_tasks(self);
    if (!left.empty()) add(result.problems, "left behind when the test ended: ", weft::detail::to_text(left));
  });
  try {
    co_await test.join();
  } catch (const cancelled& why) {
    if (result.problems.empty()) add(result.problems, "the test did not end (" + why.reason() + "): ", dump());
    throw;
  }
}

}  // namespace

verdict judge(const test_options& options, const std::function<task<>()>& body, std::shared_ptr<instrument> hooks) {
  verdict result;
  auto settings = run_options();
  settings.name = "testkit";
  settings.clock = options.clock;
  settings.seed = options.seed;
  settings.time_limit = options.time_limit;
  settings.jump_limit = options.jump_limit;
  settings.instrument = std::move(hooks);
  settings.on_unhandled = [&result](std::string_view task, const std::exception_ptr& error) {
    add(result.problems, "no one looked at the failure of task '", std::string(task) + "': " + describe(error));
  };
  settings.on_deadlock = [&result](std::string_view tasks) {
    const bool is_late = this_loop().is_out_of_time();
    add(result.problems,
        is_late ? "the test did not end in its simulated time: " : "the test did not end (deadlock): ", tasks);
  };
  const int code = weft::run(std::move(settings), supervise, body, options.leaks, std::ref(result));
  if (code != 0 && !result.failure && result.problems.empty()) {
    add(result.problems, "the test's loop ended with exit code ", std::to_string(code));
  }
  return result;
}

void verdict::check() const {
  if (failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const cancelled& why) {
      if (problems.empty()) throw test_failure("the test was cancelled: " + why.reason());
    }
  }
  if (!problems.empty()) throw test_failure(problems);
}

}  // namespace weft::testkit::detail
