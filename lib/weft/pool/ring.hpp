#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/codec.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/ring_core.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

/// Items from one process to one other, as fast as memory is: an argument of a task or a process, as process_queue is.
///
/// Ownership:    copies are one ring, which goes with the last of them.
/// Threads:      one at a time that pushes, and one at a time that pops, in whatever process.
/// Cancellation: a killed task has neither pushed nor popped.
/// Errors:       queue_closed from push() of a closed one and from pop() once that is drained; std::invalid_argument for 0 slots.
/// Cost:         a copy, and two loads and a store; a system call only where the other side waits.
template <class T>
  requires std::is_trivially_copyable_v<T>
class ring {
 public:
  /// Of at least so many items; rounded up so that they fill pages.
  explicit ring(std::size_t slots) : core_(std::make_shared<detail::ring_core>(slots, padded)) {}

  /// Gives false when there is no room.
  [[nodiscard]] bool try_push(const T& item) {
    std::byte* at = core_->room();
    if (at == nullptr) return false;
    std::memcpy(at, &item, sizeof item);
    core_->pushed();
    return true;
  }
  [[nodiscard]] std::optional<T> try_pop() {
    const std::byte* at = core_->next();
    if (at == nullptr) return std::nullopt;
    std::optional<T> item(read(at));
    core_->popped();
    return item;
  }

  /// Wait for room, or for an item, at most `limit`: push() gives false and pop() nothing when it is over.
  bool push(const T& item, std::optional<duration> limit = {}) {
    if (try_push(item)) return true;
    const auto deadline = limit ? std::optional(detail::deadline_in(*limit)) : std::nullopt;
    if (!core_->wait_for_room(deadline)) return false;
    return try_push(item);
  }
  std::optional<T> pop(std::optional<duration> limit = {}) {
    if (auto item = try_pop()) return item;
    const auto deadline = limit ? std::optional(detail::deadline_in(*limit)) : std::nullopt;
    if (!core_->wait_for_item(deadline)) return std::nullopt;
    return try_pop();
  }
  /// The same for tasks.
  task<> async_push(T item) {
    const auto core = core_;
    co_await core->async_wait_for_room();
    std::memcpy(core->room(), &item, sizeof item);
    core->pushed();
  }
  task<T> async_pop() {
    const auto core = core_;
    co_await core->async_wait_for_item();
    T item = read(core->next());
    core->popped();
    co_return item;
  }

  /// No more items. Either side's. Idempotent.
  void close() noexcept { core_->close(); }

 private:
  friend struct codec<ring>;
  explicit ring(std::shared_ptr<detail::ring_core> core) noexcept : core_(std::move(core)) {}

  static constexpr std::size_t padded = std::bit_ceil(sizeof(T));
  static T read(const std::byte* at) {
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), at, sizeof(T));
    return std::bit_cast<T>(bytes);
  }

  std::shared_ptr<detail::ring_core> core_;
};

template <class T>
struct codec<ring<T>> {
  static void encode(encoder& to, const ring<T>& value) { value.core_->attach_to(to); }
  static ring<T> decode(decoder& from) { return ring<T>(std::make_shared<detail::ring_core>(from, ring<T>::padded)); }
};

}  // namespace weft
