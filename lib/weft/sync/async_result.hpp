#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// The part of an async_result that does not depend on its value.
class async_result_base {
 public:
  async_result_base(const async_result_base&) = delete;
  async_result_base& operator=(const async_result_base&) = delete;

  /// Ends the wait with an error. Errors: std::logic_error when the result is set already, or `error` is null.
  void set_error(std::exception_ptr error);
  /// Whether the result, or an error, is set.
  [[nodiscard]] bool ready() const noexcept { return set_; }

 protected:
  class get_awaiter_base : protected queued_waiter {
   public:
    [[nodiscard]] bool await_ready() const {
      current_task().check();
      return owner_->set_ && may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { owner_->set_ ? give_way(caller) : suspend(caller); }

   protected:
    explicit get_awaiter_base(async_result_base& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}
    void settle() const {
      check_granted();
      owner_->rethrow();
    }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "async result"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }

    async_result_base* owner_;
  };

  explicit async_result_base(literal name) noexcept : name_(name) {}
  ~async_result_base();

  void check_unset() const;
  void wake_all() noexcept {
    set_ = true;
    waiters_.grant_all();
  }

 private:
  void rethrow();

  wait_list waiters_;
  std::exception_ptr error_;
  literal name_;
  bool set_ = false;
  bool error_seen_ = false;
};

}  // namespace detail

/// A value, or an error, that one task leaves for others.
///
/// Lifetime:     outlives the waits, also after set(): they read the value here. Threads: one loop.
/// Cancellation: a killed waiter leaves; the result stays for the others.
/// Errors:       an error that no one got is reported as unhandled when this ends.
/// Cost:         waiting allocates nothing; set() is O(waiters).
template <class T = void>
class async_result : public detail::async_result_base {
 public:
  class get_awaiter final : public get_awaiter_base {
   public:
    explicit get_awaiter(async_result& owner) noexcept : get_awaiter_base(owner), owner_(&owner) {}
    T await_resume() {
      this->settle();
      return owner_->copy_or_take();
    }

   private:
    async_result* owner_;
  };

  explicit async_result(literal name = {}) noexcept : async_result_base(name) {}

  /// Sets the value; every waiter goes on, in the order in which they came.
  /// Errors: std::logic_error when the result is set already.
  void set(T value) {
    check_unset();
    value_.emplace(std::move(value));
    wake_all();
  }

  /// Waits for the value: a copy where T can be copied, else the value itself, to the first.
  /// Errors: the error that was set; std::logic_error for the second who gets what can only be moved.
  [[nodiscard]] get_awaiter get() noexcept { return get_awaiter(*this); }

 private:
  T copy_or_take() {
    if constexpr (std::is_copy_constructible_v<T>) {
      return *value_;
    } else {
      if (!value_) throw std::logic_error("the value of an async_result was taken twice");
      T taken = std::move(*value_);
      value_.reset();
      return taken;
    }
  }

  std::optional<T> value_;
};

/// Without a value: that something has happened, or has failed.
template <>
class async_result<void> : public detail::async_result_base {
 public:
  class get_awaiter final : public get_awaiter_base {
   public:
    explicit get_awaiter(async_result& owner) noexcept : get_awaiter_base(owner) {}
    void await_resume() const { settle(); }
  };

  explicit async_result(literal name = {}) noexcept : async_result_base(name) {}

  void set() {
    check_unset();
    wake_all();
  }
  [[nodiscard]] get_awaiter get() noexcept { return get_awaiter(*this); }
};

}  // namespace weft
