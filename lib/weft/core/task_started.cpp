#include <weft/core/task_started.hpp>

#include <exception>
#include <stdexcept>

namespace weft::detail {

bool start_handshake::say() {
  if (std::exchange(said_, true)) throw std::logic_error("a task says twice that it has started");
  return child_ != nullptr && !given_up_;
}

void start_handshake::wake_starter() noexcept {
  ready_ = true;
  std::exchange(child_, nullptr)->remove_listener(*this);
  wake(*starter_);
}

void start_handshake::suspend(std::coroutine_handle<> caller, task_state& child) noexcept {
  starter_ = &suspend_current(caller, this);
  child_ = &child;
  child.add_listener(*this);
}

void start_handshake::completed(task_state& ended) noexcept {
  child_ = nullptr;
  // The failure is the starting task's from here on, not its group's.
  static_cast<void>(ended.look_at_error());
  wake(*starter_);
}

void start_handshake::abort() noexcept {
  given_up_ = true;
  child_->kill(make_cause(starter_->pending_cause(), "the start was cancelled"));
}

void start_handshake::settle(task_state& child) const {
  if (ready_) return;
  if (child.status() == task_status::failed) std::rethrow_exception(child.error());
  current_task().check();
  if (child.status() == task_status::killed) std::rethrow_exception(child.error());
  throw std::logic_error("task '" + child.name() + "' has ended without saying that it has started");
}

}  // namespace weft::detail
