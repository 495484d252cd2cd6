#pragma once

#include <weft/core/frame_allocator.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/task.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// How the arguments of an Asio completion become the result of co_await: a leading error_code or exception_ptr is
/// thrown, the rest is given as nothing, the one value, or a tuple.
template <class... Args>
struct completion_result {
  static std::tuple<Args...> rest(std::tuple<Args...>&& all) { return std::move(all); }
};

template <class Error, class... Args>
  requires std::is_same_v<Error, boost::system::error_code> || std::is_same_v<Error, std::exception_ptr>
struct completion_result<Error, Args...> {
  static std::tuple<Args...> rest(std::tuple<Error, Args...>&& all) {
    const Error& error = std::get<0>(all);
    if (error) {
      if constexpr (std::is_same_v<Error, std::exception_ptr>) {
        std::rethrow_exception(error);
      } else {
        // Made anew: without the place in Asio's sources, which is no news to who reads the message.
        throw boost::system::system_error(error.value(), error.category());
      }
    }
    return std::apply([](Error&, Args&... values) { return std::tuple<Args...>(std::move(values)...); }, all);
  }
};

/// Whether a completion says that its operation was aborted.
template <class T>
bool says_aborted(const T&) noexcept {
  return false;
}
inline bool says_aborted(const boost::system::error_code& error) noexcept {
  return error == boost::asio::error::operation_aborted;
}
inline bool says_aborted(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    return says_aborted(e.code());
  } catch (...) {
    return false;
  }
}
template <class... Args>
bool says_aborted(const std::tuple<Args...>& results) {
  if constexpr (sizeof...(Args) == 0) {
    return false;
  } else {
    return says_aborted(std::get<0>(results));
  }
}

/// Awaits an Asio operation in place. The handler is a pointer to this awaiter; its memory comes from the frame
/// allocator.
///
/// Cancellation: a kill is passed on through the task's cancellation signal; the wait ends when the operation has.
template <class Operation, class... Args>
class asio_awaiter final : private waiter {
 public:
  explicit asio_awaiter(Operation operation) : operation_(std::move(operation)) {}

  [[nodiscard]] bool await_ready() const {
    current_task().check();
    return false;
  }
  void await_suspend(std::coroutine_handle<> caller) { begin(suspend_current(caller, this)); }
  /// Begins the operation for a task that is suspended already.
  void begin(task_state& task) {
    task_ = &task;
    task_->waiting_on = this;
    task_->signal.slot().clear();
    try {
      std::move(operation_)(handler{this});
    } catch (...) {
      task_->waiting_on = nullptr;
      throw;
    }
  }
  auto await_resume() {
    if (says_aborted(*results_)) current_task().check();
    auto rest = completion_result<Args...>::rest(std::move(*results_));
    constexpr auto count = std::tuple_size_v<decltype(rest)>;
    if constexpr (count == 1) {
      return std::get<0>(std::move(rest));
    } else if constexpr (count > 1) {
      return rest;
    }
  }

 private:
  struct handler {
    using executor_type = loop::executor_type;
    using allocator_type = frame_allocator<void>;
    using cancellation_slot_type = boost::asio::cancellation_slot;

    [[nodiscard]] executor_type get_executor() const noexcept { return this_loop().get_executor(); }
    [[nodiscard]] allocator_type get_allocator() const noexcept { return {}; }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return self->task_->signal.slot(); }

    void operator()(Args... args) {
      const loop_entry entry;
      self->results_.emplace(std::move(args)...);
      wake(*self->task_);
    }

    asio_awaiter* self;
  };

  void abort() noexcept override { task_->signal.emit(boost::asio::cancellation_type::terminal); }
  [[nodiscard]] const char* what() const noexcept override { return "I/O"; }

  Operation operation_;
  std::optional<std::tuple<Args...>> results_;
  task_state* task_ = nullptr;
};

template <class Operation, class Signature>
struct asio_awaiter_for;

template <class Operation, class R, class... Args>
struct asio_awaiter_for<Operation, R(Args...)> {
  using type = asio_awaiter<Operation, std::decay_t<Args>...>;
};

template <class Signature, class Initiation, class... InitArgs>
struct foreign_awaitable<boost::asio::deferred_async_operation<Signature, Initiation, InitArgs...>> {
  using operation = boost::asio::deferred_async_operation<Signature, Initiation, InitArgs...>;
  using awaiter = typename asio_awaiter_for<operation, Signature>::type;
};

}  // namespace detail

/// Runs a coroutine written for Asio inside the calling task: its result or its exception.
///
/// Cancellation: of the task is passed on as a terminal cancellation; throws cancelled when the coroutine ended because
/// of it.
template <class T, class Executor>
task<T> adopt(boost::asio::awaitable<T, Executor> work) {
  auto operation = boost::asio::co_spawn(this_loop().get_executor(), std::move(work), boost::asio::deferred);
  co_return co_await std::move(operation);
}

}  // namespace weft
