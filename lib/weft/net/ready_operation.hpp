#pragma once

#include <weft/core/frame_allocator.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/task_state.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>

#include <coroutine>
#include <new>
#include <utility>

namespace weft::net::detail {

/// When an operation on a descriptor is first attempted: in place, or behind what the reactor has at hand now, when the
/// peer has often answered.
enum class first_attempt { at_once, later };

/// Counts operations; says when one that could be attempted at once has to give way to other tasks.
[[nodiscard]] inline first_attempt take_turn(unsigned& operations) noexcept {
  constexpr unsigned operations_per_turn = 16;
  return ++operations % operations_per_turn == 0 ? first_attempt::later : first_attempt::at_once;
}

/// Awaits, in place, that an attempt on a descriptor goes through; the reactor watches the descriptor in between.
///
/// `Work` has attempt(), which gives whether it has come to an end, well or not; fail(error_code), which ends it;
/// result(), which gives the result or throws; and `direction`, a socket_base::wait_type. None but result() throws.
template <class Socket, class Work>
class ready_operation final : private weft::detail::waiter, private weft::detail::postponed {
 public:
  ready_operation(Socket& socket, Work work, first_attempt when) noexcept
      : socket_(&socket), work_(std::move(work)), when_(when) {}
  // Moved only before it begins.
  ready_operation(ready_operation&& other) noexcept
      : ready_operation(*other.socket_, std::move(other.work_), other.when_) {}

  [[nodiscard]] bool await_ready() {
    weft::detail::current_task().check();
    done_ = when_ == first_attempt::at_once && try_now();
    return done_;
  }
  void await_suspend(std::coroutine_handle<> caller) {
    task_ = &weft::detail::suspend_current(caller, this);
    if (when_ == first_attempt::later) return this_loop().postpone(*this);
    if (task_->cancel_pending()) return wake(*task_);  // by what the attempt has called
    try {
      watch();
    } catch (...) {
      task_->waiting_on = nullptr;
      throw;
    }
  }
  auto await_resume() {
    if (!done_ || aborted_) weft::detail::current_task().check();
    return work_.result();
  }

 private:
  enum class phase : unsigned char { postponed, attempted, watched };

  struct handler {
    using executor_type = loop::executor_type;
    using allocator_type = weft::detail::frame_allocator<void>;
    using cancellation_slot_type = boost::asio::cancellation_slot;

    [[nodiscard]] executor_type get_executor() const noexcept { return this_loop().get_executor(); }
    [[nodiscard]] allocator_type get_allocator() const noexcept { return {}; }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return self->task_->signal.slot(); }

    void operator()(const boost::system::error_code& error) {
      const weft::detail::loop_entry entry;
      self->become_ready(error);
    }

    ready_operation* self;
  };

  [[nodiscard]] bool try_now() noexcept {
    if (socket_->is_open()) return work_.attempt();
    work_.fail(boost::asio::error::operation_aborted);
    return true;
  }
  void watch() {
    phase_ = phase::watched;
    task_->signal.slot().clear();
    socket_->async_wait(Work::direction, handler{this});
  }
  void attempt() noexcept override {
    phase_ = phase::attempted;
    if (!try_now()) {
      if (!aborted_) return try_watching();
      work_.fail(boost::asio::error::operation_aborted);
    } else {
      aborted_ = false;  // what it has got is not thrown away: the next wait throws
    }
    finish();
  }
  void try_watching() noexcept {
    try {
      return watch();
    } catch (const std::bad_alloc&) {
      work_.fail(make_error_code(boost::system::errc::not_enough_memory));
    }
    finish();
  }
  void become_ready(const boost::system::error_code& error) noexcept {
    if (!error) return attempt();
    work_.fail(error);
    finish();
  }
  void finish() noexcept {
    done_ = true;
    wake(*task_);
  }
  void abort() noexcept override {
    aborted_ = true;
    if (phase_ == phase::watched) task_->signal.emit(boost::asio::cancellation_type::terminal);
    if (phase_ != phase::postponed) return;
    this_loop().take_back(*this);
    work_.fail(boost::asio::error::operation_aborted);
    wake(*task_);
  }
  [[nodiscard]] const char* what() const noexcept override { return "I/O"; }

  Socket* socket_;
  Work work_;
  first_attempt when_;
  phase phase_ = phase::postponed;
  bool done_ = false;
  bool aborted_ = false;
  weft::detail::task_state* task_ = nullptr;
};

}  // namespace weft::net::detail
