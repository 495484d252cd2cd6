#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/codec.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/process_queue_core.hpp>
#include <weft/pool/progress.hpp>
#include <weft/pool/queue_errors.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weft {

struct process_queue_options {
  /// Bytes of items that may wait, rounded up to a power of two; memory is taken as it is used. An item that is larger is refused.
  std::size_t max_bytes = std::size_t(16) << 20U;
};

/// Items between processes, first in, first out: multiprocessing's Queue and Manager().Queue() in one. Given to a task or a process
/// as an argument, it is the same queue there.
///
/// Ownership:    copies are one queue, which goes with the last of them.
/// Threads:      any, of any process that has it. Tasks use async_put() and async_get().
/// Cancellation: a killed task has neither put nor taken an item. So has a process that was killed in the middle of it.
/// Errors:       queue_full, queue_empty; queue_closed from put() of a closed one and from get() once that is drained; codec_error;
///               std::invalid_argument for a queue of 0 items and for a negative time-out.
/// Cost:         a mutex in shared memory and a copy of the bytes; a system call only where someone waits.
template <class T>
class process_queue {
 public:
  explicit process_queue(std::size_t max, process_queue_options options = {})
      : core_(std::make_shared<detail::process_queue_core>(max, options.max_bytes)) {}

  /// Puts an item in. Waits for room, at most `timeout`, unless it may not block; then throws queue_full.
  void put(const T& item, bool block = true, std::optional<duration> timeout = {}) {
    const encoder taken = take_down(item);
    if (!core_->put(taken, until(block, timeout))) throw queue_full();
  }
  /// Takes the next item. Waits for one, at most `timeout`, unless it may not block; then throws queue_empty.
  T get(bool block = true, std::optional<duration> timeout = {}) {
    std::vector<std::byte> bytes;
    if (!core_->get(bytes, until(block, timeout))) throw queue_empty();
    return read(bytes);
  }
  void put_nowait(const T& item) { put(item, false); }
  T get_nowait() { return get(false); }

  /// For tasks.
  task<> async_put(T item) {
    const auto core = core_;
    const encoder taken = take_down(item);
    co_await core->async_put(taken);
  }
  task<T> async_get() {
    const auto core = core_;
    std::vector<std::byte> bytes;
    co_await core->async_get(bytes);
    co_return read(bytes);
  }

  /// Exact, of the moment.
  [[nodiscard]] std::size_t qsize() const { return core_->size(); }
  [[nodiscard]] bool empty() const { return qsize() == 0; }
  [[nodiscard]] bool full() const { return qsize() >= core_->capacity(); }
  /// No more items: those who wait for room, or for an item that does not come, get queue_closed. Idempotent.
  void close() { core_->close(); }
  [[nodiscard]] bool is_closed() const noexcept { return core_->is_closed(); }

 private:
  friend struct codec<process_queue>;
  explicit process_queue(std::shared_ptr<detail::process_queue_core> core) noexcept : core_(std::move(core)) {}

  static encoder take_down(const T& item) {
    encoder taken;
    taken.refuse_files();
    encode(taken, item);
    return taken;
  }
  static T read(const std::vector<std::byte>& bytes) {
    decoder in(bytes);
    T item = decode<T>(in);
    in.finish();
    return item;
  }
  static std::optional<time_point> until(bool block, std::optional<duration> timeout) {
    if (!block) return time_point::min();
    if (!timeout) return std::nullopt;
    if (*timeout < duration::zero()) throw std::invalid_argument("a time-out must not be negative");
    return detail::deadline_in(*timeout);
  }

  std::shared_ptr<detail::process_queue_core> core_;
};

template <class T>
struct codec<process_queue<T>> {
  static void encode(encoder& to, const process_queue<T>& value) {
    to.number(detail::type_hash<T>);
    value.core_->attach_to(to);
  }
  static process_queue<T> decode(decoder& from) {
    if (from.number<std::uint64_t>() != detail::type_hash<T>) throw codec_error("a queue of other items");
    detail::unique_fd file = from.take_file();
    detail::unique_fd items = from.take_file();
    return process_queue<T>(
        std::make_shared<detail::process_queue_core>(std::move(file), std::move(items), from.take_file()));
  }
};

}  // namespace weft
