#pragma once

#include <weft/core/task.hpp>
#include <weft/pool/future.hpp>
#include <weft/pool/pool_core.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// What submit(f, args...) gives: f and its arguments are copied, and given to the call as what they are: temporaries.
template <class F, class... Args>
using call_result_t = std::remove_cvref_t<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>>;

/// Work without a future.
template <class F, class... Args>
class posted_work final : public pool_job {
 public:
  template <class... Values>
  explicit posted_work(Values&&... values) : call_(std::forward<Values>(values)...) {}

  bool execute(const std::shared_ptr<const pool_identity>& pool) noexcept override {
    const std::unique_ptr<posted_work> self(this);
    try {
      std::apply([](F& f, Args&... args) { std::invoke(std::move(f), std::move(args)...); }, call_);
    } catch (...) {
      pool->report("posted to pool '" + pool->name + "'", std::current_exception());
    }
    return true;
  }
  void drop(drop_reason /*why*/, const pool_identity& /*pool*/) noexcept override { delete this; }

 private:
  std::tuple<F, Args...> call_;
};

/// Work with a future: one allocation for the job, the call and the result.
template <class R, class F, class... Args>
class submitted_work final : public pool_job, public future_result<R> {
 public:
  template <class... Values>
  explicit submitted_work(const pool_core& pool, Values&&... values)
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
    }
    this->release();
  }

  [[nodiscard]] bool is_cancelled() const noexcept override { return this->status() != future_state::stage::pending; }

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
    call_.reset();
    pool_cancellations.fetch_add(1, std::memory_order_release);
    this->end_cancelled(std::move(reason));
    return true;
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
    pool.report(extras_->name.empty() ? "of pool '" + pool.name + "'" : extras_->name, error);
  }

  /// Only to be compared: the pool may be gone once the work has ended.
  const pool_core* pool_;
  std::optional<std::tuple<F, Args...>> call_;
  std::unique_ptr<extras> extras_;
};

}  // namespace weft::detail
