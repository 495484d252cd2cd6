#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <stdexcept>
#include <utility>

/// Asio operations that do as they are told.
namespace core_test {

/// Completes with `args` in a later turn of the io_context.
template <class Signature, class... Args>
auto complete_later(Args... args) {
  return boost::asio::async_initiate<const boost::asio::deferred_t, Signature>(
      [](auto handler, auto... results) {
        const auto executor = boost::asio::get_associated_executor(handler);
        boost::asio::post(executor, [handler = std::move(handler), ... results = std::move(results)]() mutable {
          std::move(handler)(std::move(results)...);
        });
      },
      boost::asio::deferred, std::move(args)...);
}

/// Completes with `args` before its initiation returns, which Asio's own operations never do.
template <class Signature, class... Args>
auto complete_at_once(Args... args) {
  return boost::asio::async_initiate<const boost::asio::deferred_t, Signature>(
      [](auto handler, auto... results) { std::move(handler)(std::move(results)...); }, boost::asio::deferred,
      std::move(args)...);
}

/// An operation whose initiation throws.
inline auto fail_to_start() {
  return boost::asio::async_initiate<const boost::asio::deferred_t, void()>(
      [](auto) { throw std::runtime_error("not started"); }, boost::asio::deferred);
}

/// An operation that completes when the test says so, and counts the cancellations that reach it.
class manual_operation {
 public:
  auto start() {
    return boost::asio::async_initiate<const boost::asio::deferred_t, void(boost::system::error_code, int)>(
        [this](auto handler) {
          boost::asio::get_associated_cancellation_slot(handler).assign([this](boost::asio::cancellation_type type) {
            cancellations_ += type == boost::asio::cancellation_type::terminal;
          });
          handler_ = [handler = std::move(handler)](boost::system::error_code error, int result) mutable {
            std::move(handler)(error, result);
          };
        },
        boost::asio::deferred);
  }
  void complete(boost::system::error_code error, int result) { std::exchange(handler_, nullptr)(error, result); }
  [[nodiscard]] bool is_started() const noexcept { return static_cast<bool>(handler_); }
  [[nodiscard]] int cancellations() const noexcept { return cancellations_; }

 private:
  std::function<void(boost::system::error_code, int)> handler_;
  int cancellations_ = 0;
};

}  // namespace core_test
