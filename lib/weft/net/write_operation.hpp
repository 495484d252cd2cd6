#pragma once

#include <weft/core/asio.hpp>
#include <weft/core/task_state.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft::net::detail {

/// One gathered send on a non-blocking descriptor: how much was taken, 0 when it would wait; an error otherwise.
std::size_t send_now(int descriptor, const boost::asio::const_buffer* buffers, std::size_t count,
                     boost::system::error_code& error) noexcept;

/// Makes the counter of writes that went through without waiting say when the task has to give way to others.
[[nodiscard]] inline bool may_write_now(unsigned& writes) noexcept {
  constexpr unsigned writes_per_turn = 32;
  return ++writes % writes_per_turn != 0;
}

/// Awaits the sending of all buffers: at once when the socket takes them, else through the reactor.
template <class Socket, std::size_t Count>
class write_operation {
 public:
  write_operation(Socket& socket, unsigned& writes,
                  const std::array<boost::asio::const_buffer, Count>& buffers) noexcept
      : socket_(&socket), writes_(&writes), buffers_(buffers) {
    for (const auto& buffer : buffers_) total_ += buffer.size();
  }
  // Moved only before it begins.
  write_operation(write_operation&& other) noexcept
      : socket_(other.socket_), writes_(other.writes_), buffers_(other.buffers_), total_(other.total_) {}

  [[nodiscard]] bool await_ready() {
    weft::detail::current_task().check();
    if (!may_write_now(*writes_)) return false;
    const std::size_t sent = send_now(socket_->native_handle(), buffers_.data(), Count, error_);
    if (error_ || sent == total_) return true;
    skip(sent);
    return false;
  }
  void await_suspend(std::coroutine_handle<> caller) {
    rest_.emplace(boost::asio::async_write(*socket_, buffers_, boost::asio::deferred));
    rest_->await_suspend(caller);
  }
  std::size_t await_resume() {
    if (error_) throw boost::system::system_error(error_);
    if (rest_) rest_->await_resume();
    return total_;
  }

 private:
  using buffer_array = std::array<boost::asio::const_buffer, Count>;
  using rest_operation = decltype(boost::asio::async_write(std::declval<Socket&>(), std::declval<const buffer_array&>(),
                                                           boost::asio::deferred));
  using rest_awaiter = typename weft::detail::foreign_awaitable<rest_operation>::awaiter;

  void skip(std::size_t sent) noexcept {
    for (auto& buffer : buffers_) {
      const std::size_t part = std::min(sent, buffer.size());
      buffer += part;
      sent -= part;
    }
  }

  Socket* socket_;
  unsigned* writes_;
  buffer_array buffers_;
  std::size_t total_ = 0;
  boost::system::error_code error_;
  std::optional<rest_awaiter> rest_;
};

}  // namespace weft::net::detail
