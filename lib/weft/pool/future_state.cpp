#include <weft/pool/future_state.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/core/loop.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/spin.hpp>

namespace weft::detail {

bool future_state::begin() noexcept {
  std::uint32_t before = word_.load(std::memory_order_relaxed);
  while (stage_of(before) == stage::pending) {
    const std::uint32_t running = before | static_cast<std::uint32_t>(stage::running);
    if (word_.compare_exchange_weak(before, running, std::memory_order_acq_rel, std::memory_order_relaxed)) return true;
  }
  return false;
}

void future_state::fail(std::exception_ptr error) noexcept {
  error_ = std::move(error);
  end(stage::failed);
}

void future_state::end_cancelled(std::string reason) noexcept {
  try {
    throw cancelled(std::move(reason));
  } catch (...) {
    error_ = std::current_exception();  // or that there is no memory to say why
  }
  end(stage::cancelled);
}

bool future_state::wait(std::optional<time_point> deadline) { return ended() || block(deadline); }

bool future_state::block(std::optional<time_point> deadline) {
  if (deadline && *deadline <= std::chrono::steady_clock::now()) return ended();
  help_until(deadline);
  const scope_exit over([this] { helped(); });
  const blocking_wait waits("get(), wait() or join()");
  static thread_local spin_budget spin;
  if (spin.wait([this] { return ended(); })) return true;
  while (!mark(sleeping)) {
    const std::uint32_t word = word_.load(std::memory_order_acquire);
    if (stage_of(word) >= stage::ok) break;
    if (!futex_wait(word_, word, deadline)) return ended();
  }
  return true;
}

bool future_state::cancel(std::string reason) {
  if (const stage now = status(); now >= stage::ok) return now == stage::cancelled;
  return try_cancel(std::move(reason));
}

bool future_state::try_cancel(std::string reason) {
  if (!begin()) return status() == stage::cancelled;
  end_cancelled(std::move(reason));
  return true;
}

void future_state::on_done(std::unique_ptr<callback> added) {
  mark_observed();
  shared_.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard guard(mutex_);
    if (!ended_or_waited() || callbacks_ || calling_back_) {
      callback* last = added.get();
      (callbacks_ ? last_callback_->next_ : callbacks_) = std::move(added);
      last_callback_ = last;
      return;
    }
  }
  call_reporting([&] { added->call(*this); });
}

void future_state::tell(std::uint32_t flags) noexcept {
  if ((flags & sleeping) != 0) futex_wake(word_);
  if ((flags & waited) == 0) return;
  {
    settled_waiters woken;
    const std::lock_guard guard(mutex_);
    woken.settle_all(waiters_, shared_waiter::outcome::granted);
  }
  call_back_all();
}

void future_state::call_back_all() noexcept {
  std::unique_lock guard(mutex_);
  calling_back_ = true;
  while (callbacks_) {
    const std::unique_ptr<callback> first = std::move(callbacks_);
    callbacks_ = std::move(first->next_);
    guard.unlock();
    call_reporting([&] { first->call(*this); });
    guard.lock();
  }
  calling_back_ = false;
}

void future_state::report(const std::exception_ptr& error) noexcept { report_unhandled("of a pool", error); }

void future_state::destroy() noexcept {
  if (!observed_.load(std::memory_order_relaxed) && status() == stage::failed) report(error_);
  delete this;
}

}  // namespace weft::detail
