#pragma once

#include <weft/core/cancel_scope.hpp>

#include <chrono>
#include <concepts>
#include <source_location>

namespace weft {

/// A length of time that remembers where it was written, for cancelled::origin(). Any chrono duration converts.
class time_limit {
 public:
  template <class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, duration>
  time_limit(std::chrono::duration<Rep, Period> length,  // NOLINT(google-explicit-constructor): it stands for one
             std::source_location where = std::source_location::current()) noexcept
      : length_(length), where_(where) {}

  [[nodiscard]] duration length() const noexcept { return length_; }
  [[nodiscard]] std::source_location where() const noexcept { return where_; }

 private:
  duration length_;
  std::source_location where_;
};

/// A deadline around the rest of a block, which can be moved: when it has passed, every wait inside, and in the tasks
/// that scopes inside have spawned, throws `cancelled`.
///
///     deadline limit(30s);
///     try {
///       for (;;) {
///         co_await read_line();
///         limit.expires_after(30s);                     // each line has 30 s
///       }
///     } catch (const cancelled&) {
///       if (!limit.was_hit()) throw;                    // it comes from further out
///     }
///
/// timeout() does the catching: it hands its deadline to a callable that takes a `deadline&` first.
///
/// Lifetime: a local of a coroutine; see cancel_scope. Cost: an entry in the loop's heap of deadlines.
class deadline final : public deadline_scope {
 public:
  explicit deadline(time_limit limit) : deadline_scope(deadline_after(limit.length()), limit.where()) {}
  explicit deadline(time_point when, std::source_location where = std::source_location::current())
      : deadline_scope(when, where) {}

  /// Moves the deadline to `length` from now. Does nothing once it has passed.
  void expires_after(duration length) { expires_at(deadline_after(length)); }
  /// The moment it stands at; the end of time when it was disarmed.
  [[nodiscard]] time_point expiry() const noexcept { return when(); }
};

}  // namespace weft
