#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/byte_ring.hpp>
#include <weft/pool/encoder.hpp>
#include <weft/pool/shared_memory.hpp>
#include <weft/pool/unique_fd.hpp>

#include <cstddef>
#include <optional>

namespace weft::detail {

struct ring_control;

/// A ring without the type of its items, as one process sees it.
class ring_core {
 public:
  /// `item`: bytes of a slot, a power of two.
  ring_core(std::size_t slots, std::size_t item);
  /// One that another process has made. Throws codec_error.
  ring_core(decoder& from, std::size_t item);
  ring_core(const ring_core&) = delete;
  ring_core& operator=(const ring_core&) = delete;

  // The side that pushes. room(): where the next item goes; null when there is no room. Throws queue_closed.
  [[nodiscard]] std::byte* room();
  void pushed() noexcept;
  [[nodiscard]] bool wait_for_room(std::optional<time_point> deadline);
  task<> async_wait_for_room();

  // The side that pops. next(): where the next item is; null when there is none. Throws queue_closed.
  [[nodiscard]] const std::byte* next();
  void popped() noexcept;
  [[nodiscard]] bool wait_for_item(std::optional<time_point> deadline);
  task<> async_wait_for_item();

  void close() noexcept;
  void attach_to(encoder& to) const;

 private:
  void map();
  [[nodiscard]] ring_control& control() const noexcept;

  std::size_t item_;
  std::size_t capacity_ = 0;  // bytes, a power of two
  unique_fd file_;
  unique_fd items_bell_;
  unique_fd room_bell_;
  shared_mapping mapping_;
  // A process may be on one side, or try both.
  byte_ring writer_;
  byte_ring reader_;
};

}  // namespace weft::detail
