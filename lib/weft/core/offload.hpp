#pragma once

#include <weft/core/loop.hpp>
#include <weft/core/mailbox.hpp>
#include <weft/core/task.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

struct offload_options {
  /// Name of the threads, for the operating system's lists; at most 15 bytes are shown.
  std::string name = "weft-offload";
  /// Threads at most; they are started when they are needed.
  std::size_t threads = 1;
};

namespace detail {

/// A call that waits for, or runs on, a thread of an offload.
class offload_job {
 public:
  virtual void execute() noexcept = 0;

 protected:
  ~offload_job() = default;

 private:
  friend class offload_queue;
  offload_job* next_ = nullptr;
};

class offload_queue;

template <class R>
class call_result {
 public:
  template <class F>
  void capture(F& f) noexcept {
    try {
      if constexpr (std::is_void_v<R>) {
        f();
        outcome_.template emplace<1>();
      } else {
        outcome_.template emplace<1>(f());
      }
    } catch (...) {
      outcome_.template emplace<2>(std::current_exception());
    }
  }
  [[nodiscard]] bool failed() const noexcept { return outcome_.index() == 2; }
  R take() {
    if (outcome_.index() == 2) std::rethrow_exception(std::get<2>(std::move(outcome_)));
    if constexpr (!std::is_void_v<R>) return std::get<1>(std::move(outcome_));
  }

 private:
  std::variant<std::monostate, std::conditional_t<std::is_void_v<R>, std::true_type, R>, std::exception_ptr> outcome_;
};

/// A call that no one waits for but the end of the loop.
template <class F>
class posted_job final : public offload_job {
 public:
  posted_job(F&& f, std::shared_ptr<open_calls> counted) : f_(std::move(f)), counted_(std::move(counted)) {
    counted_->add();
  }
  posted_job(const posted_job&) = delete;
  posted_job& operator=(const posted_job&) = delete;
  ~posted_job() { counted_->remove(); }

 private:
  void execute() noexcept override {
    const std::unique_ptr<posted_job> self(this);
    call_reporting(f_);
  }

  F f_;
  std::shared_ptr<open_calls> counted_;
};

/// Keeps a loop running while another thread works for it.
class foreign_work {
 public:
  foreign_work() noexcept : loop_(&this_loop()) { loop_->add_foreign_work(); }
  foreign_work(const foreign_work&) = delete;
  foreign_work& operator=(const foreign_work&) = delete;
  ~foreign_work() { loop_->remove_foreign_work(); }

 private:
  loop* loop_;
};

}  // namespace detail

/// Threads beside the loop for calls that block: files, name lookups, system calls.
///
/// Ownership:    the threads live on their own; they end when the offload is destroyed and their calls are done. They
/// never delay the
///               end of the process.
/// Threads:      run() from tasks of any loop.
/// Cancellation: run() waits for the call to end, then throws cancelled, or what the call has failed with, so that the
///               call may use the caller's buffers;
///               run_abandonable() gives up at once and the call's result is dropped, so that it must own what it uses.
/// Errors:       what the call throws.
/// Cost:         one frame, and a wake-up of a sleeping thread; calls that come while the threads are busy need none.
class offload {
 public:
  /// Throws std::invalid_argument when it may have no thread at all.
  explicit offload(offload_options options = {});
  offload(const offload&) = delete;
  offload& operator=(const offload&) = delete;
  ~offload();

  /// Runs `f()` on a thread and gives what it returns.
  template <class F>
  task<std::invoke_result_t<F&>> run(F f);

  template <class F>
  task<std::invoke_result_t<F&>> run_abandonable(F f);

  /// Has `f()` called on a thread and goes on at once, for what a destructor leaves to be done. It has ended when run()
  /// returns, unless it takes longer than run_options::shutdown_grace; where no loop runs it is called here and now. It
  /// keeps no one from being called deadlocked: what someone waits for belongs to run().
  /// What it throws is logged.
  template <class F>
  void post(F f);

 private:
  void submit(detail::offload_job& job);

  std::shared_ptr<detail::offload_queue> queue_;
};

namespace detail {

/// A call whose caller waits for its end whatever happens: lives in the caller's frame.
template <class F>
class offload_call final : private offload_job, private parcel, private waiter {
 public:
  explicit offload_call(F& f) : f_(f), mailbox_(this_loop().mailbox()) {}

  [[nodiscard]] offload_job& job() noexcept { return *this; }
  [[nodiscard]] auto wait() noexcept { return awaiter{this}; }
  std::invoke_result_t<F&> take() { return result_.take(); }

 private:
  struct awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return call->arrived_; }
    void await_suspend(std::coroutine_handle<> caller) const noexcept { call->task_ = &suspend_current(caller, call); }
    void await_resume() const {
      if (call->killed_ && !call->result_.failed()) current_task().check();
    }
    offload_call* call;
  };

  void execute() noexcept override {
    result_.capture(f_);
    const auto to = mailbox_;  // this call may be gone once it is delivered
    to->deliver(*this);
  }
  void arrive() noexcept override {
    arrived_ = true;
    if (task_ != nullptr) wake(*task_);
  }
  void bounce() noexcept override {}
  void abort() noexcept override { killed_ = true; }
  [[nodiscard]] const char* what() const noexcept override { return "a call on another thread"; }

  F& f_;
  std::shared_ptr<mailbox> mailbox_;
  foreign_work work_;
  call_result<std::invoke_result_t<F&>> result_;
  task_state* task_ = nullptr;
  bool arrived_ = false;
  bool killed_ = false;  // while it waited
};

/// A call that its caller may leave behind. Shared by the caller and the thread.
template <class F>
class abandonable_call final : private offload_job, private parcel {
 public:
  explicit abandonable_call(F&& f) : f_(std::move(f)), mailbox_(this_loop().mailbox()) {}

  /// Gives the call to `queue`, which keeps it alive from then on.
  template <class Queue>
  static void submit(const std::shared_ptr<abandonable_call>& call, Queue&& queue) {
    call->self_ = call;
    try {
      queue(*call);
    } catch (...) {
      call->self_ = nullptr;
      throw;
    }
  }
  /// Waits, in the caller's frame, for the arrival.
  class awaiter final : private waiter {
   public:
    explicit awaiter(std::shared_ptr<abandonable_call> call) : call_(std::move(call)) {}

    [[nodiscard]] bool await_ready() const noexcept { return call_->arrived_; }
    void await_suspend(std::coroutine_handle<> caller) noexcept { call_->waiting_ = &suspend_current(caller, this); }
    std::invoke_result_t<F&> await_resume() {
      if (!call_->arrived_) current_task().check();
      return call_->result_.take();
    }

   private:
    void abort() noexcept override {
      call_->abandoned_.store(true, std::memory_order_relaxed);
      wake(*std::exchange(call_->waiting_, nullptr));
    }
    [[nodiscard]] const char* what() const noexcept override { return "a call on another thread"; }

    std::shared_ptr<abandonable_call> call_;
  };

 private:
  void execute() noexcept override {
    if (!abandoned_.load(std::memory_order_relaxed)) result_.capture(f_);
    const auto to = mailbox_;
    to->deliver(*this);
  }
  void arrive() noexcept override {
    const auto self = std::move(self_);
    arrived_ = true;
    if (waiting_ != nullptr) wake(*std::exchange(waiting_, nullptr));
  }
  void bounce() noexcept override { const auto self = std::move(self_); }

  F f_;
  std::shared_ptr<mailbox> mailbox_;
  std::shared_ptr<abandonable_call> self_;
  call_result<std::invoke_result_t<F&>> result_;
  task_state* waiting_ = nullptr;
  bool arrived_ = false;
  std::atomic<bool> abandoned_ = false;  // a call that no one wants any more is not begun
};

}  // namespace detail

template <class F>
task<std::invoke_result_t<F&>> offload::run(F f) {
  detail::current_task().check();
  detail::offload_call<F> call(f);
  submit(call.job());
  co_await call.wait();
  co_return call.take();
}

template <class F>
void offload::post(F f) {
  const loop* home = detail::this_scheduler.home;
  if (home == nullptr) return detail::call_reporting(f);
  auto job = std::make_unique<detail::posted_job<F>>(std::move(f), home->open_calls());
  submit(*job);
  job.release();  // NOLINT(bugprone-unused-return-value): it deletes itself
}

template <class F>
task<std::invoke_result_t<F&>> offload::run_abandonable(F f) {
  using call_type = detail::abandonable_call<F>;
  detail::current_task().check();
  auto call = std::make_shared<call_type>(std::move(f));
  call_type::submit(call, [this](detail::offload_job& job) { submit(job); });
  const detail::foreign_work work;
  co_return co_await typename call_type::awaiter(std::move(call));
}

}  // namespace weft
