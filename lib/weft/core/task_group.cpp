#include <weft/core/task_group.hpp>

#include <weft/core/frame_allocator.hpp>

#include <memory>
#include <stdexcept>

namespace weft {

namespace detail {

/// Ownership: itself, from hold() until the child starts or is killed.
class start_gate final : public fifo_hook, private waiter {
 public:
  static void hold(task_group& group, task_state& child) {
    auto gate = std::make_unique<start_gate>(group, child);
    group.held_back_.push_back(*gate);
    child.waiting_on = gate.release();
  }
  /// The gate of a child that has not started; null when it is not held back.
  [[nodiscard]] static start_gate* of(const task_state& child) noexcept {
    if (child.status() != task_status::created) return nullptr;
    return static_cast<start_gate*>(child.waiting_on);
  }

  start_gate(task_group& group, task_state& child) noexcept : group_(group), child_(child) {}

  void open() noexcept {
    const std::unique_ptr<start_gate> self(this);
    group_.held_back_.erase(*this);
    child_.waiting_on = nullptr;
    if (spawner_ != nullptr) wake(*spawner_);
    group_.let_start(child_);
  }
  void set_spawner(task_state* spawner) noexcept { spawner_ = spawner; }

 private:
  // The child was killed: it "starts", to end without running.
  void abort() noexcept override { open(); }
  [[nodiscard]] const char* what() const noexcept override { return "room in a group"; }

  task_group& group_;
  task_state& child_;
  task_state* spawner_ = nullptr;
};

bool start_awaiter::await_ready() const {
  current_task().check();
  return start_gate::of(*child_) == nullptr;
}

void start_awaiter::await_suspend(std::coroutine_handle<> caller) noexcept {
  task_ = &suspend_current(caller, this);
  start_gate::of(*child_)->set_spawner(task_);
}

void start_awaiter::await_resume() const {
  if (start_gate::of(*child_) != nullptr) current_task().check();
}

void start_awaiter::abort() noexcept {
  start_gate::of(*child_)->set_spawner(nullptr);
  wake(*task_);
}

}  // namespace detail

task_group::task_group(task_group_options options) : child_list(this_loop().task_lists()), options_(options) {
  if (options_.max == std::size_t{0}) throw std::invalid_argument("a task group needs room for at least one task");
}

void task_group::admit(detail::task_state& child) {
  if (cause_) child.kill(cause_);
  if (cause_ || has_room()) {
    let_start(child);
  } else {
    detail::start_gate::hold(*this, child);
  }
}

void task_group::let_start(detail::task_state& child) noexcept {
  ++running_;
  detail::push_ready(child);
}

bool task_group::child_ended(detail::task_state& child) noexcept {
  --running_;
  if (child.status() == detail::task_status::failed && !child.is_observed()) {
    errors_.push_back({child.name(), child.error()});
    if (options_.on_error == on_error::cancel) {
      cancel(detail::make_cause(cancel_origin::kind::group, "a sibling failed", &child));
    }
  }
  while (!held_back_.empty() && has_room()) held_back_.front()->open();
  if (size() == 0 && joiner_ != nullptr) detail::wake(*std::exchange(joiner_, nullptr));
  return true;
}

void task_group::cancel(std::string reason, std::source_location where) {
  if (cause_) return;
  cancel(detail::make_cause(cancel_origin::kind::group, std::move(reason), detail::this_scheduler.current, where));
}

void task_group::cancel(detail::cause_ptr cause) noexcept {
  if (cause_) return;
  cause_ = std::move(cause);
  // A child that waits in a scope of its own cancels that one's group: behind this one, however deep they are nested.
  static thread_local task_group* first = nullptr;
  static thread_local bool is_cancelling = false;
  next_cancelled_ = std::exchange(first, this);
  if (std::exchange(is_cancelling, true)) return;
  while (first != nullptr) {
    task_group& group = *std::exchange(first, first->next_cancelled_);
    group.kill_all(group.cause_);
    group.body_.cancel(group.cause_);
  }
  is_cancelling = false;
}

void group_access::end_body(task_group& group, const std::exception_ptr& error) {
  group.body_.leave();
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const cancelled& caught) {
    const bool by_group = group.cause_ && !detail::current_task().cancel_pending();
    if (!by_group) group.body_cancellation_ = error;
    group.cancel(detail::make_cause(cancelled_access::cause(caught), "the body of the scope was cancelled"));
  } catch (...) {
    group.errors_.push_back({detail::current_task().name(), error});
    group.cancel(
        detail::make_cause(cancel_origin::kind::group, "the body of the scope failed", &detail::current_task()));
  }
}

void group_access::settle(task_group& group) {
  if (group.errors_.empty()) {
    // A cancellation from outside that reached the children while they were being joined is not to pass for success.
    if (group.cause_) detail::current_task().check();
    if (group.body_cancellation_) std::rethrow_exception(group.body_cancellation_);
    return;
  }
  if (group.errors_.size() == 1 && group.options_.on_error == on_error::cancel)
    std::rethrow_exception(group.errors_.front().error);
  throw error_group(std::move(group.errors_));
}

void group_access::settle_first(task_group& group) {
  auto errors = std::exchange(group.errors_, {});
  if (!errors.empty()) {
    for (std::size_t i = 1; i < errors.size(); ++i) detail::report_unhandled(errors[i].task, errors[i].error);
    std::rethrow_exception(errors.front().error);
  }
  settle(group);
}

void group_access::settle_any(task_group& group) {
  group.errors_.clear();
  settle(group);
}

void group_access::join_awaiter::await_suspend(std::coroutine_handle<> caller) {
  if (group_->size() == 0) return detail::push_ready(detail::suspend_current(caller, nullptr));
  detail::task_state& task = detail::suspend_current(caller, this);
  group_->joiner_ = &task;
  if (task.cancel_pending()) abort();
}

void group_access::join_awaiter::abort() noexcept {
  group_->cancel(detail::make_cause(group_->joiner_->pending_cause(), "the scope was cancelled"));
}

}  // namespace weft
