#pragma once

#include <weft/sync/basic_queue.hpp>
#include <weft/sync/queue_closed.hpp>
#include <weft/sync/ring.hpp>

#include <cstddef>

namespace weft {

/// Items from tasks that make them to tasks that want them, first in, first out.
///
/// Members: put(), get(), next(), try_put(), try_get(), size(), empty(), full(), capacity(), close(), is_closed(),
/// task_done(), join(): see basic_queue.hpp and queue_core.hpp.
///
/// Lifetime:     may end right after close(). Tasks that wait for it when it ends wait until they are killed, as run() does
///               with what a main task leaves behind. Threads: one loop.
/// Fairness:     putters and getters are served in the order in which they came; an item goes straight to a getter that
///               waits.
/// Cancellation: no item is lost or comes twice: a wait that throws has neither put nor taken one.
/// Errors:       queue_closed; std::invalid_argument for a capacity of 0.
/// Cost:         allocates room for `capacity` items at construction and nothing after; waiting allocates nothing. An
///               unbounded one grows as it fills.
template <class T>
class queue : public detail::basic_queue<T, detail::ring<T>> {
  using base = detail::basic_queue<T, detail::ring<T>>;

 public:
  explicit queue(std::size_t capacity, literal name = {})
      : base(capacity, name, detail::ring<T>(base::checked_capacity(capacity, name))) {}
  explicit queue(unbounded_t /*unused*/, literal name = {}) : base(base::no_limit, name, detail::ring<T>(16)) {}
};

}  // namespace weft
