#pragma once

#include <weft/base/byte_pipe.hpp>
#include <weft/core/join.hpp>
#include <weft/core/task.hpp>

#include <boost/system/system_error.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace weft::http {

/// Two pipes; none where the system gives no more, or no more of that size.
class pipe_pair {
 public:
  explicit pipe_pair(std::size_t capacity) noexcept {
    try {
      first_.emplace(capacity);
      second_.emplace(capacity);
    } catch (const boost::system::system_error&) {
      first_.reset();
    }
  }
  explicit operator bool() const noexcept { return first_.has_value(); }
  [[nodiscard]] byte_pipe* first() noexcept { return &*first_; }
  [[nodiscard]] byte_pipe* second() noexcept { return &*second_; }

 private:
  std::optional<byte_pipe> first_;
  std::optional<byte_pipe> second_;
};

/// Brings the rest of a body through two halves, of memory or pipes: each is written while the other is filled.
///
/// `through` has fill(half), a task of the number of bytes it has put there; put(half, size), a task that writes them; and
/// ended(), whether fill() has come to the end of the body.
/// Errors: those of either, when the other has ended too.
template <class Through, class Half>
task<> pour(Through& through, Half full, Half spare) {
  auto filled = co_await through.fill(full);
  while (filled > 0) {
    if (through.ended()) {
      co_await through.put(full, filled);
      co_return;
    }
    auto [next, written] = co_await gather(through.fill(spare), through.put(full, filled));
    std::swap(full, spare);
    filled = next;
  }
}

}  // namespace weft::http
