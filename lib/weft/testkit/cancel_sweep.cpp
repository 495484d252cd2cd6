#include <weft/testkit/cancel_sweep.hpp>

#include <weft/core/instrument.hpp>
#include <weft/core/loop.hpp>
#include <weft/testkit/failure.hpp>
#include <weft/testkit/run.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace weft::testkit::detail {

namespace {

enum class moment { as_it_waits, later, once_woken };

const char* to_text(moment when) {
  switch (when) {
    case moment::as_it_waits: return ", as it waits";
    case moment::later: return ", while it waits";
    case moment::once_woken: break;
  }
  return ", once woken";
}

/// Where the coroutines of the running task stand, innermost first, but for the one that sweep_cancellation() is given.
std::string chain_of_running_task() {
  std::string text;
  for (auto at = weft::detail::current_task().resume_point; at;) {
    const auto& promise = weft::detail::promise_base::of(at);
    const auto site = promise.site();
    at = promise.continuation();
    if (!at && std::string_view(site.file_name()).ends_with("weft/testkit/cancel_sweep.hpp")) break;
    text += "\n    at " + std::string(site.file_name()) + ":" + std::to_string(site.line());
  }
  return text;
}

/// Counts the suspension points of one task and kills it at one of them.
class suspension_killer final : public instrument {
 public:
  /// `point` counts from 1; 0: kills nothing.
  suspension_killer(std::string task, std::size_t point, moment when)
      : task_(std::move(task)), point_(point), when_(when) {}

  /// How often it waited.
  [[nodiscard]] std::size_t suspensions() const noexcept { return suspensions_; }
  [[nodiscard]] bool found() const noexcept { return id_ != 0; }
  /// Whether the task came to that point, and where it stood then.
  [[nodiscard]] bool reached() const noexcept { return suspensions_ >= point_; }
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

 private:
  void step_begins(task_view task) noexcept override {
    if (is_victim(task) && when_ == moment::once_woken && point_ > 0 && suspensions_ == point_) kill(current());
  }
  void step_ends(task_view task) noexcept override {
    if (!is_victim(task) || current().body_ended() || ++suspensions_ != point_) return;
    place_ = chain_of_running_task();
    if (task.wait() != nullptr) place_ = ", waiting for " + std::string(task.wait()) + place_;
    if (when_ == moment::as_it_waits) kill(current());
    if (when_ == moment::later) kill_when_all_rest();
  }

  [[nodiscard]] bool is_victim(task_view task) {
    if (id_ == 0 && task.name() == task_) id_ = task.id();
    return task.id() == id_;
  }
  static weft::detail::task_state& current() noexcept { return weft::detail::current_task(); }
  static void kill(weft::detail::task_state& victim) { victim.kill("cancel_at_every_suspension"); }
  /// Unless the task goes on before.
  void kill_when_all_rest() {
    this_loop().post([this, victim = weft::detail::state_ptr(&current())] {
      if (suspensions_ == point_ && victim->waiting_on != nullptr) kill(*victim);
    });
  }

  std::string task_;
  std::size_t point_;
  moment when_;
  std::uint64_t id_ = 0;
  std::size_t suspensions_ = 0;
  std::string place_;
};

/// Empty where the run was as it has to be.
std::string find_fault(const verdict& result, const suspension_killer& killer, bool may_be_cancelled) {
  if (!killer.reached()) return "the test went another way than without the kill";
  std::string fault;
  if (result.failure) {
    try {
      std::rethrow_exception(result.failure);
    } catch (const cancelled& why) {
      if (!may_be_cancelled) fault = "the test was cancelled: " + why.reason();
    } catch (...) {
      fault = "the test failed: " + describe(result.failure);
    }
  }
  if (!fault.empty() && !result.problems.empty()) fault += '\n';
  return fault + result.problems;
}

}  // namespace

std::size_t sweep_cancellation(const cancel_sweep_options& options, const std::function<task<>()>& test) {
  const auto settings = test_options{.clock = options.clock, .seed = options.seed};
  const std::string victim = options.task.empty() ? "test" : options.task;
  const auto counter = std::make_shared<suspension_killer>(victim, 0, moment::as_it_waits);
  judge(settings, test, counter).check();
  if (!counter->found()) throw test_failure("the test has no task '" + victim + "'");

  const std::size_t count = counter->suspensions();
  for (std::size_t point = 1; point <= count; ++point) {
    for (const moment when : {moment::as_it_waits, moment::later, moment::once_woken}) {
      const auto killer = std::make_shared<suspension_killer>(victim, point, when);
      const verdict result = judge(settings, test, killer);
      const std::string fault = find_fault(result, *killer, options.task.empty());
      if (fault.empty()) continue;
      const std::string text = "task '" + victim + "' killed at suspension " + std::to_string(point) + " of " +
                               std::to_string(count) + to_text(when) + killer->place() + "\n" + fault;
      throw test_failure(text);
    }
  }
  return count;
}

}  // namespace weft::testkit::detail
