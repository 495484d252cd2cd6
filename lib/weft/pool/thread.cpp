#include <weft/pool/thread.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/core/loop.hpp>

namespace weft {

namespace detail {

namespace {

thread_options with_name(thread_options options) {
  static std::atomic<std::size_t> last = 0;
  if (options.name.empty()) options.name = "thread-" + std::to_string(++last);
  return options;
}

}  // namespace

/// While it lives, the loop that has started the thread does not come to its end.
class thread_state::counted_by_loop {
 public:
  explicit counted_by_loop(std::shared_ptr<open_calls> counted) noexcept : counted_(std::move(counted)) {}
  counted_by_loop(const counted_by_loop&) = delete;
  counted_by_loop& operator=(const counted_by_loop&) = delete;
  ~counted_by_loop() {
    if (counted_) counted_->remove();
  }

 private:
  std::shared_ptr<open_calls> counted_;
};

thread_state::thread_state(thread_options options) : options_(with_name(std::move(options))) {}

thread_state::~thread_state() = default;

void thread_state::start() {
  std::shared_ptr<open_calls> counted;
  if (loop* home = this_scheduler.home; home != nullptr && !options_.daemon) counted = home->own_threads();
  if (counted) counted->add();
  scope_exit failed([&] {
    if (counted) counted->remove();
  });
  static_cast<void>(begin());
  const signals_blocked blocked;
  const std::lock_guard guard(joining_);
  thread_ = std::thread([self = state_ptr<thread_state>(this), counted] { self->live(counted); });
  failed.release();
}

void thread_state::live(const std::shared_ptr<open_calls>& counted) {
  id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  const counted_by_loop counts(counted);
  std::exception_ptr error;
  {
    const registered_thread known(options_.name, options_.daemon ? thread_kind::daemon : thread_kind::user);
    error = call();
  }
  conclude(std::move(error));
}

bool thread_state::join(std::optional<time_point> deadline) {
  if (!wait(deadline)) return false;
  const std::lock_guard guard(joining_);
  if (thread_.joinable()) thread_.join();
  return true;
}

void thread_state::detach() {
  const std::lock_guard guard(joining_);
  if (thread_.joinable()) thread_.detach();
}

void thread_state::help() {
  if (is_this_thread()) throw would_deadlock("thread '" + options_.name + "' joins itself");
}

void thread_state::report(const std::exception_ptr& error) noexcept {
  report_unhandled("thread " + options_.name, error);
}

}  // namespace detail

thread::~thread() {
  if (!state_) return;
  if (state_->options().daemon || state_->is_this_thread()) {
    state_->detach();
  } else {
    state_->join({});
  }
}

bool thread::join_until(std::optional<time_point> deadline) const {
  if (!state_->join(deadline)) return false;
  state_->mark_observed();
  return true;
}

}  // namespace weft
