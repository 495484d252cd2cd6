#pragma once

#include <weft/pool/pool_jobs.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace weft {

/// The threads of a pool as an Asio executor: asio::post, co_spawn and bind_executor take it.
///
/// Ownership: keeps what the pool is made of, not its threads: once the pool has been shut down, it refuses work.
/// Threads:   any. What it is given never runs inside of the call: where `reject` would have it so, it waits without room.
/// Errors:    rejected, where the pool's submit() throws it. What a handler throws is reported.
class pool_executor {
 public:
  explicit pool_executor(std::shared_ptr<detail::pool_core> core) noexcept : core_(std::move(core)) {}

  template <class F>
  void execute(F&& f) const {
    core_->submit(*new detail::posted_work<std::decay_t<F>>(std::forward<F>(f)),
                  detail::pool_core::overflow::threads_only);
  }

  [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t /*property*/) const {
    return core_->context();
  }
  [[nodiscard]] static constexpr boost::asio::execution::blocking_t query(
      boost::asio::execution::blocking_t /*property*/) noexcept {
    return boost::asio::execution::blocking_t::never_t();
  }

  friend bool operator==(const pool_executor& a, const pool_executor& b) noexcept { return a.core_ == b.core_; }
  friend bool operator!=(const pool_executor& a, const pool_executor& b) noexcept { return a.core_ != b.core_; }

 private:
  std::shared_ptr<detail::pool_core> core_;
};

}  // namespace weft
