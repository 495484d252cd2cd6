#pragma once

#include <cstdint>
#include <functional>
#include <source_location>
#include <string>

namespace weft {

/// Two locks that are taken in both orders: threads that do so at the same time wait for each other for ever.
struct lock_order_report {
  struct order {
    std::string first;  ///< is held
    std::source_location first_at;
    std::string second;  ///< is taken meanwhile
    std::source_location second_at;
  };
  order here;
  order before;  ///< the opposite one, seen earlier; over other locks in between it may be only the first step of it
};

/// "lock 'b' is taken at x.cpp:7 while 'a', taken at x.cpp:6, is held; ..."
[[nodiscard]] std::string describe(const lock_order_report& report);

/// Whether the order in which threads take locks is watched: in debug builds of the library, and where WEFT_LOCK_ORDER=1
/// is in the environment. What is found is given to `hook`, once for each pair, on the thread that has found it; none: it
/// is logged.
void watch_lock_order(std::function<void(const lock_order_report&)> hook = {});

namespace detail {

/// Whether it is watched, to be asked first.
[[nodiscard]] bool is_lock_order_watched() noexcept;
/// The running thread is about to wait for a lock, has got it, gives it up; a lock is gone.
void lock_wanted(std::uint64_t lock, const std::string& name, std::source_location where);
void lock_taken(std::uint64_t lock, const std::string& name, std::source_location where);
void lock_released(std::uint64_t lock) noexcept;
void lock_destroyed(std::uint64_t lock) noexcept;

}  // namespace detail

}  // namespace weft
