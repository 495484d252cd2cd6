#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/encoder.hpp>
#include <weft/pool/shared_memory.hpp>
#include <weft/pool/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace weft::detail {

struct queue_control;

/// A process_queue without the type of its items, as one process sees it: a ring of bytes in shared memory under a robust mutex.
///
/// Invariant: where the queue begins and ends is one word. An operation changes it by one store, when its bytes are in place or
///            have been copied out, so that a process that dies in the middle of one has not done it; what else there is to know is
///            counted again from that.
class process_queue_core {
 public:
  process_queue_core(std::size_t items, std::size_t bytes);
  /// One that another process has made.
  process_queue_core(unique_fd file, unique_fd items_bell, unique_fd room_bell);
  process_queue_core(const process_queue_core&) = delete;
  process_queue_core& operator=(const process_queue_core&) = delete;

  /// `deadline` none: waits as long as it takes; past: does not wait. Gives false when it is over. Throws queue_closed; codec_error
  /// for an item that is too large.
  [[nodiscard]] bool put(const encoder& item, std::optional<time_point> deadline);
  [[nodiscard]] bool get(std::vector<std::byte>& item, std::optional<time_point> deadline);
  task<> async_put(const encoder& item);
  task<> async_get(std::vector<std::byte>& item);

  [[nodiscard]] std::size_t size();
  [[nodiscard]] std::size_t capacity() const noexcept;
  void close();
  [[nodiscard]] bool is_closed() const noexcept;

  void attach_to(encoder& to) const;

 private:
  class locked;
  enum class verdict { done, would_wait };

  [[nodiscard]] queue_control& control() const noexcept;
  [[nodiscard]] verdict try_put(locked& held, const encoder& item);
  [[nodiscard]] verdict try_get(locked& held, std::vector<std::byte>& item);
  void check_size(const encoder& item) const;

  unique_fd file_;
  unique_fd items_bell_;  // rung for tasks that wait for an item
  unique_fd room_bell_;
  std::size_t arena_ = 0;  // bytes, a power of two
  shared_mapping mapping_;
  std::byte* block_ = nullptr;
};

}  // namespace weft::detail
