#pragma once

#include <weft/core/asio.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/task_state.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <coroutine>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>

namespace weft::net::detail {

/// One receive that does not wait: how much came, 0 at the end of the stream; nothing when it would wait or failed.
[[nodiscard]] std::optional<std::size_t> receive_now(int descriptor, boost::asio::mutable_buffer buffer,
                                                     boost::system::error_code& error) noexcept;

/// So many reads in a row that find bytes at once; then others have their turn.
inline constexpr unsigned reads_per_turn = 16;

/// What a socket remembers of its last read.
struct read_history {
  bool filled = false;   // its buffer: there is more, most likely
  bool distant = false;  // the next bytes: they are not there yet
  unsigned char in_place = 0;
};

/// Awaits bytes of a stream; the end of the stream is 0.
///
/// Where the last read left the socket empty, the next one is tried behind the reactor's present batch: the peer has
/// often answered by then, and the receive that would find nothing is saved. Behind a read that filled its buffer the
/// next is tried at once, so many times in a row. One that is said to be distant waits for the reactor without trying.
template <class Socket>
class read_operation final : private weft::detail::waiter, private weft::detail::postponed {
 public:
  read_operation(Socket& socket, read_history& history, boost::asio::mutable_buffer buffer) noexcept
      : socket_(&socket), history_(&history), buffer_(buffer) {}
  // Moved only before it begins.
  read_operation(read_operation&& other) noexcept : read_operation(*other.socket_, *other.history_, other.buffer_) {}

  [[nodiscard]] bool await_ready() {
    weft::detail::current_task().check();
    if (history_->distant || !history_->filled || ++history_->in_place % reads_per_turn == 0) return false;
    return try_now();
  }
  void await_suspend(std::coroutine_handle<> caller) {
    task_ = &weft::detail::suspend_current(caller, this);
    if (std::exchange(history_->distant, false)) {
      wait();
    } else {
      this_loop().postpone(*this);
    }
  }
  std::size_t await_resume() {
    if (!size_ && !error_) take_rest();
    if (error_) throw boost::system::system_error(error_.value(), error_.category());
    history_->filled = *size_ == buffer_.size();
    return *size_;
  }

 private:
  using rest_operation = decltype(std::declval<Socket&>().async_read_some(
      boost::asio::mutable_buffer(), boost::asio::as_tuple(boost::asio::deferred)));
  using rest_awaiter = typename weft::detail::foreign_awaitable<rest_operation>::awaiter;

  [[nodiscard]] bool try_now() noexcept {
    if (!socket_->is_open()) error_ = boost::asio::error::operation_aborted;
    if (!error_) size_ = receive_now(socket_->native_handle(), buffer_, error_);
    return size_ || error_;
  }
  void attempt() noexcept override {
    if (try_now()) {
      wake(*task_);
    } else {
      wait();
    }
  }
  /// Leaves the rest to the reactor.
  void wait() noexcept {
    try {
      rest_.emplace(socket_->async_read_some(buffer_, boost::asio::as_tuple(boost::asio::deferred)));
      rest_->begin(*task_);
      return;
    } catch (const std::bad_alloc&) {
      error_ = make_error_code(boost::system::errc::not_enough_memory);
    }
    wake(*task_);
  }
  void take_rest() {
    if (!rest_) weft::detail::current_task().throw_cancelled();
    auto [error, size] = rest_->await_resume();
    if (error && error != boost::asio::error::eof) {
      error_ = error;
    } else {
      size_ = size;
    }
  }
  void abort() noexcept override {
    this_loop().take_back(*this);
    wake(*task_);
  }
  [[nodiscard]] const char* what() const noexcept override { return "I/O"; }

  Socket* socket_;
  read_history* history_;
  boost::asio::mutable_buffer buffer_;
  std::optional<std::size_t> size_;
  boost::system::error_code error_;
  weft::detail::task_state* task_ = nullptr;
  std::optional<rest_awaiter> rest_;
};

}  // namespace weft::net::detail
