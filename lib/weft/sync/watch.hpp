#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// What a watch has, whatever its value.
class watch_core {
 public:
  watch_core(const watch_core&) = delete;
  watch_core& operator=(const watch_core&) = delete;

  /// Says that the value will not change any more. Idempotent.
  void close() noexcept {
    closed_ = true;
    waiters_.refuse_all();
  }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  /// How often the value was set.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

 protected:
  explicit watch_core(literal name) noexcept : name_(name) {}
  ~watch_core() = default;
  void changed() noexcept {
    ++version_;
    waiters_.grant_all();
  }

  std::uint64_t version_ = 0;
  wait_list waiters_;
  literal name_;
  bool closed_ = false;
};

}  // namespace detail

/// A value that changes, of which tasks want the latest: settings, a connection's state, progress.
///
/// Lifetime:     outlives its subscriptions. Threads: one loop.
/// Slow readers: miss what was set in between, and get the latest; set() never waits.
/// Cancellation: a killed next() takes nothing: the change is there for the next one.
/// Cost:         waiting allocates nothing; set() is O(waiters).
template <class T>
class watch : public detail::watch_core {
  static_assert(std::is_copy_constructible_v<T>, "watch<T>: every subscriber gets a copy of the value");

 public:
  class next_awaiter;

  /// Remembers what its reader has seen.
  class subscription {
   public:
    /// The latest value, once: the first call gives the present one, later calls wait until it was set again.
    /// Nothing when the watch is closed and this one has seen the last value.
    [[nodiscard]] next_awaiter next() noexcept { return next_awaiter(*this); }

   private:
    friend watch;
    explicit subscription(watch& owner) noexcept : owner_(&owner) {}

    watch* owner_;
    std::optional<std::uint64_t> seen_;
  };

  /// `name` is shown in reports.
  explicit watch(T value, literal name = {}) : watch_core(name), value_(std::move(value)) {}

  [[nodiscard]] const T& get() const noexcept { return value_; }
  /// Sets the value, also to an equal one, and wakes who waits for a change.
  void set(T value) {
    value_ = std::move(value);
    changed();
  }
  /// Calls `change(value)`, and wakes who waits for a change.
  template <class F>
  void update(F change) {
    change(value_);
    changed();
  }
  [[nodiscard]] subscription subscribe() noexcept { return subscription(*this); }

 private:
  T value_;
};

template <class T>
class watch<T>::next_awaiter final : private detail::queued_waiter {
 public:
  explicit next_awaiter(subscription& reader) noexcept : queued_waiter(reader.owner_->waiters_), reader_(&reader) {}

  [[nodiscard]] bool await_ready() {
    detail::current_task().check();
    ready_ = is_news();
    return ready_ ? detail::may_go_on() : reader_->owner_->closed_;
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { ready_ ? give_way(caller) : suspend(caller); }
  std::optional<T> await_resume() {
    if (!ready_) check_granted();
    if (!is_news()) return std::nullopt;
    reader_->seen_ = reader_->owner_->version_;
    return reader_->owner_->value_;
  }

 private:
  [[nodiscard]] bool is_news() const noexcept { return reader_->seen_ != reader_->owner_->version_; }
  [[nodiscard]] const char* what() const noexcept override { return "watch"; }
  [[nodiscard]] const char* name() const noexcept override { return reader_->owner_->name_.c_str(); }

  subscription* reader_;
  bool ready_ = false;
};

}  // namespace weft
