#include <weft/mt/shared_waiter.hpp>

#include <stdexcept>
#include <string>

namespace weft::detail {

void task_waiter::begin_wait(std::coroutine_handle<> caller) {
  loop& home = this_loop();
  mail_ = home.mailbox();
  task_ = &suspend_current(caller, this);
  if (by_ == woken_by::any_thread) home.add_foreign_work();
}

void task_waiter::end_wait() noexcept {
  if (by_ == woken_by::any_thread) this_loop().remove_foreign_work();
  detail::wake(*task_);
}

void task_waiter::wake() noexcept {
  const auto to = mail_;  // this waiter may be gone once it is delivered
  if (const loop* here = this_scheduler.home; here != nullptr && here->mailbox() == to) {
    end_wait();
  } else {
    to->deliver(*this);
  }
}

void task_waiter::abort() noexcept {
  {
    const std::lock_guard guard(*mutex_);
    // What was granted meanwhile is on its way here.
    if (outcome_.load(std::memory_order_relaxed) != outcome::pending) return;
    list_->erase(*this);
  }
  end_wait();
}

void require_no_loop(const char* function) {
  if (this_scheduler.home != nullptr) {
    throw std::logic_error(std::string(function) + " would hold up the loop of this thread: co_await the other form");
  }
}

}  // namespace weft::detail
