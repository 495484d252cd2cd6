#include <weft/core/as_completed.hpp>

namespace weft::detail {

finish_line::runner::runner(finish_line& line, std::size_t index, task_state& task) noexcept
    : line_(line), index_(index), running_(task.ended() ? nullptr : &task) {
  if (running_ != nullptr) {
    task.add_listener(*this);
  } else {
    line.arrived_.push_back(*this);
  }
}

void finish_line::runner::leave() noexcept {
  if (running_ != nullptr) running_->remove_listener(*this);
}

void finish_line::runner::completed(task_state& /*ended*/) noexcept {
  running_ = nullptr;
  line_.arrived(*this);
}

finish_line::finish_line(const std::vector<task_state*>& tasks) {
  for (std::size_t i = 0; i < tasks.size(); ++i) runners_.emplace_back(*this, i, *tasks[i]);
}

finish_line::~finish_line() {
  for (auto& r : runners_) r.leave();
}

void finish_line::arrived(runner& at) noexcept {
  arrived_.push_back(at);
  if (waiting_ != nullptr) wake(*std::exchange(waiting_, nullptr));
}

void finish_line::next_awaiter::await_suspend(std::coroutine_handle<> caller) noexcept {
  if (line_->arrived_.empty()) {
    line_->waiting_ = &suspend_current(caller, this);
  } else {
    push_ready(suspend_current(caller, nullptr));
  }
}

std::size_t finish_line::next_awaiter::await_resume() const {
  if (line_->arrived_.empty()) current_task().check();
  return static_cast<runner*>(line_->arrived_.pop_front())->index();
}

}  // namespace weft::detail
