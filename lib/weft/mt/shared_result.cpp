#include <weft/mt/shared_result.hpp>

#include <weft/core/handle.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/loop_team.hpp>
#include <weft/core/snapshot.hpp>

#include <memory>

namespace weft::detail {

namespace {

/// Takes a failure that no one looked at to the loop where it happened.
class failure_report final : private parcel {
 public:
  static void send(mailbox& to, std::string name, std::exception_ptr error, const void* spawn_site) {
    to.deliver(*new failure_report(std::move(name), std::move(error), spawn_site));
  }

 private:
  failure_report(std::string name, std::exception_ptr error, const void* spawn_site)
      : name_(std::move(name)), error_(std::move(error)), spawn_site_(spawn_site) {}

  void arrive() noexcept override {
    const std::unique_ptr<failure_report> self(this);
    this_loop().report_unhandled(name_, error_, describe_address(spawn_site_));
  }
  void bounce() noexcept override {
    const std::unique_ptr<failure_report> self(this);
    report_unhandled(name_, error_);
  }

  std::string name_;
  std::exception_ptr error_;
  const void* spawn_site_;
};

}  // namespace

void shared_task::begin(task_state& made) {
  if (!name_.empty()) made.set_name(name_);
  task_ = state_ptr<task_state>(&made);
  task_id_.store(made.id(), std::memory_order_relaxed);
  made.add_listener(*this);
}

bool shared_task::is_of_this_run() const noexcept {
  const loop* here = this_scheduler.home;
  if (here == nullptr) return false;
  return here->mailbox() == home_ || (here->team() != nullptr && here->team()->has(*home_));
}

void shared_task::end_unmade(task_status how, std::exception_ptr error) noexcept {
  error_ = std::move(error);
  settle(how);
}

void shared_task::completed(task_state& ended) noexcept {
  task_status how = ended.status();
  ended.mark_observed();
  error_ = ended.error();
  if (how == task_status::ok) {
    try {
      take_value(ended);
    } catch (...) {
      error_ = std::current_exception();
      how = task_status::failed;
    }
  }
  if (how == task_status::failed) name_ = ended.name();
  task_ = {};
  settle(how);
}

void shared_task::settle(task_status how) noexcept {
  settled_waiters woken;
  {
    const std::lock_guard guard(mutex_);
    status_.store(how, std::memory_order_release);
    woken.settle_all(waiters_, shared_waiter::outcome::granted);
  }
  // Before those are woken who want the value for themselves. They hold references of their own.
  release();
}

void shared_task::kill(std::string reason, std::source_location where) {
  if (ended()) return;
  add_reference();
  struct unref {
    void operator()(shared_task* task) const noexcept { task->release(); }
  };
  std::unique_ptr<shared_task, unref> self(this);
  auto call = [self = std::move(self), reason = std::move(reason), where]() mutable {
    if (self->task_) self->task_->kill(std::move(reason), where);
  };
  posted_call<decltype(call)>::send(*home_, std::move(call));
}

void shared_task::wait_blocking() {
  require_no_loop("mt::handle: the blocking form");
  // A thread's wait is not given up.
  mark_observed();
  std::unique_lock held(mutex_);
  if (ended()) return;
  thread_waiter self;
  waiters_.push_back(self);
  self.wait(held);
}

void shared_task::require_other_task() const {
  if (this_loop().mailbox() == home_ && task_.get() == this_scheduler.current) throw_self_join();
}

void shared_task::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (status() == task_status::failed && !observed_.load(std::memory_order_relaxed)) report();
  delete this;
}

void shared_task::report() noexcept {
  if (loop* here = this_scheduler.home) {
    here->report_unhandled(name_, error_, describe_address(spawn_site_));
  } else {
    failure_report::send(*home_, std::move(name_), error_, spawn_site_);
  }
}

}  // namespace weft::detail
