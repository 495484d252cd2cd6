#include <weft/core/map_crew.hpp>

#include <stdexcept>

namespace weft::detail {

void map_crew_base::check_limit(std::size_t limit) {
  if (limit == 0) throw std::invalid_argument("map needs room for at least one task");
}

map_crew_base::~map_crew_base() {
  for (auto& m : members_) m.task().remove_listener(m);
}

void map_crew_base::enlist(state_ptr<task_state> task) {
  member& m = members_.emplace_front(*this, std::move(task));
  m.place = members_.begin();
  m.task().add_listener(m);
}

void map_crew_base::check() {
  if (failure_) std::rethrow_exception(failure_);
}

void map_crew_base::stop(const char* reason) noexcept {
  if (stopped_) return;
  stopped_ = true;
  if (members_.empty()) return;
  const cause_ptr cause = make_cause(cancel_origin::kind::group, reason, this_scheduler.current);
  for (auto m = members_.begin(); m != members_.end();) (m++)->task().kill(cause);
}

void map_crew_base::one_arrived(std::size_t takable) noexcept {
  ++arrived_;
  takable_ = takable;
  if (takable_ > 0) wake_waiting();
}

void map_crew_base::fail(std::exception_ptr error) noexcept {
  if (failure_ || stopped_) {
    report_unhandled("a task of a map", error);
    return;
  }
  failure_ = std::move(error);
  wake_waiting();
}

void map_crew_base::ended(member& who, task_state& task) noexcept {
  if (task.status() != task_status::ok && !stopped_) fail(task.look_at_error());
  members_.erase(who.place);
  if (members_.empty()) wake_waiting();
}

void map_crew_base::wake_waiting() noexcept {
  if (waiting_ == nullptr || (for_all_ && !members_.empty())) return;
  wake(*std::exchange(waiting_, nullptr));
}

map_crew_base::wait_awaiter map_crew_base::arrival() noexcept { return wait_awaiter(*this, false); }
map_crew_base::wait_awaiter map_crew_base::all_ended() noexcept { return wait_awaiter(*this, true); }

bool map_crew_base::wait_awaiter::is_over() const noexcept {
  if (for_all_) return crew_->members_.empty();
  return crew_->takable_ > 0 || crew_->failure_ || crew_->members_.empty();
}

bool map_crew_base::wait_awaiter::await_ready() const {
  if (for_all_) return is_over();
  current_task().check();
  return is_over() && may_go_on();
}

void map_crew_base::wait_awaiter::await_suspend(std::coroutine_handle<> caller) noexcept {
  if (is_over()) {
    push_ready(suspend_current(caller, nullptr));
    return;
  }
  crew_->for_all_ = for_all_;
  crew_->waiting_ = &suspend_current(caller, this);
}

void map_crew_base::wait_awaiter::await_resume() const {
  if (!for_all_ && !is_over()) current_task().check();
}

}  // namespace weft::detail
