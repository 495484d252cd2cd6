#pragma once

#include <weft/core/task.hpp>
#include <weft/pool/future.hpp>
#include <weft/pool/job_memory.hpp>
#include <weft/pool/pool_core.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// What submit(f, args...) gives: f and its arguments are copied, and given to the call as what they are: temporaries.
template <class F, class... Args>
using call_result_t = std::remove_cvref_t<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>>;

/// Work without a future.
template <class F, class... Args>
class posted_work final : public pool_job, public job_memory {
 public:
  template <class... Values>
  explicit posted_work(Values&&... values) : call_(std::forward<Values>(values)...) {}

  bool execute(const std::shared_ptr<const pool_identity>& pool) noexcept override {
    const std::unique_ptr<posted_work> self(this);
    try {
      std::apply([](F& f, Args&... args) { std::invoke(std::move(f), std::move(args)...); }, call_);
    } catch (...) {
      pool->report("work posted to pool '" + pool->name + "'", std::current_exception());
    }
    return true;
  }
  void drop(drop_reason why, const pool_identity& pool) noexcept override {
    const std::unique_ptr<posted_work> self(this);
    if (why == drop_reason::expired) pool.report("work posted to pool '" + pool.name + "'", dropped(why, pool));
  }

 private:
  std::tuple<F, Args...> call_;
};

/// Work with a future: one allocation for the job, the call and the result.
template <class R, class F, class... Args>
class submitted_work final : public pool_job, public future_result<R>, public job_memory {
 public:
  template <class... Values>
  explicit submitted_work(pool_core& pool, Values&&... values)
      : future_result<R>(1), pool_(&pool), call_(std::in_place, std::forward<Values>(values)...) {}

  void set_name(std::string name) { more().name = std::move(name); }

  bool execute(const std::shared_ptr<const pool_identity>& pool) noexcept override {
    const bool mine = this->begin();
    if (mine) {
      auto call = [this]() -> decltype(auto) {
        return std::apply(
            [](F& f, Args&... args) -> decltype(auto) { return std::invoke(std::move(f), std::move(args)...); },
            *call_);
      };
      std::exception_ptr error = this->compute(call);
      call_.reset();
      if (error) more().pool = pool;
      this->conclude(std::move(error));
    } else {
      wait_for_canceller();
    }
    this->release();
    return mine;
  }

  void drop(drop_reason why, const pool_identity& pool) noexcept override {
    if (this->begin()) {
      call_.reset();
      if (why == drop_reason::shut_down) {
        this->end_cancelled("the pool was shut down");
      } else {
        // Who asked for work to be discarded need not be told of it.
        if (why == drop_reason::rejected) this->mark_observed();
        this->fail(dropped(why, pool));
      }
    } else {
      wait_for_canceller();
    }
    this->release();
  }

 private:
  struct extras {
    std::string name;
    std::shared_ptr<const pool_identity> pool;
  };

  ~submitted_work() override = default;

  extras& more() {
    if (!extras_) extras_ = std::make_unique<extras>();
    return *extras_;
  }

  [[nodiscard]] bool try_cancel(std::string reason) override {
    if (!this->begin()) return this->status() == future_state::stage::cancelled;
    const bool is_withdrawn = pool_->withdraw(*this);
    if (!is_withdrawn) has_let_go_.store(true, std::memory_order_release);
    call_.reset();
    this->end_cancelled(std::move(reason));
    if (is_withdrawn) this->release();
    return true;
  }
  /// For who has the job: as long as he has it, the pool is there for the one who cancels it.
  void wait_for_canceller() const noexcept {
    while (!has_let_go_.load(std::memory_order_acquire)) std::this_thread::yield();
  }
  void help() override {
    if (pool_->is_worker()) this_pool_worker->core->help(*this, *this);
  }
  void helped() noexcept override {
    if (pool_->is_worker()) this_pool_worker->core->helped();
  }
  void report(const std::exception_ptr& error) noexcept override {
    if (!extras_ || !extras_->pool) return future_state::report(error);
    const pool_identity& pool = *extras_->pool;
    pool.report(extras_->name.empty() ? "work of pool '" + pool.name + "'" : extras_->name, error);
  }

  /// Only to be compared once the work has ended: the pool may be gone.
  pool_core* pool_;
  std::atomic<bool> has_let_go_ = false;  // of the pool: who has begun to cancel it
  std::optional<std::tuple<F, Args...>> call_;
  std::unique_ptr<extras> extras_;
};

}  // namespace weft::detail
