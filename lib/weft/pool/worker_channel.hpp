#pragma once

#include <weft/pool/byte_ring.hpp>
#include <weft/pool/shared_memory.hpp>
#include <weft/pool/unique_fd.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace weft::detail {

/// What a message between a pool and a worker is about.
enum class frame_kind : std::uint16_t { setup, task, stop, ready, broken, result, error, progress };

/// What stands before the bytes of a message in a ring.
struct frame {
  std::uint32_t size;  // of what follows, without what fills it up to 8
  frame_kind kind;
  std::uint16_t slot;
  std::uint64_t id;           // of the task
  std::uint64_t nanoseconds;  // a result's: what the function took
  std::uint32_t files;        // that come over the socket
  std::uint32_t large;        // 1: the first of them is what would follow
};

/// Where a task that was given to a worker is: the parent may take it back as long as it is queued.
enum class slot_state : std::uint32_t { free, queued, running, revoked };

/// Who reads what a worker sends.
enum class parent_wait : std::uint32_t { nobody, service, thread };

inline constexpr std::size_t slot_count = 64;
/// The kernel takes no more descriptors in one message.
inline constexpr std::size_t most_files = 253;

/// What a pool and a worker both see of each other. Zero at first.
struct worker_control {
  ring_positions down;                                   // tasks
  ring_positions up;                                     // results
  alignas(64) std::atomic<std::uint32_t> worker_sleeps;  // waited on by the worker while it is 1
  std::atomic<std::uint32_t> up_full;                    // 1: the worker waits for room in `up`
  alignas(64) std::atomic<parent_wait> parent_waits;     // a thread waits on it; the service has an eventfd
  alignas(64) std::array<std::atomic<slot_state>, slot_count> slots;
  alignas(64) std::array<std::atomic<std::uint64_t>, slot_count> stops;  // of each: the task that is to come to an end
};

/// The shared memory between a pool and a worker, of which each has one.
///
/// Layout: the control block, padded to a page, and the two rings.
class worker_channel {
 public:
  static constexpr std::size_t ring_size = 256 * 1024;
  /// Messages that are larger go as a file in memory.
  static constexpr std::size_t inline_limit = 64 * 1024;

  worker_channel() noexcept = default;
  explicit worker_channel(const unique_fd& file);
  [[nodiscard]] static unique_fd make_file();

  [[nodiscard]] worker_control& control() const noexcept { return *reinterpret_cast<worker_control*>(mapping_.at()); }
  [[nodiscard]] byte_ring& down() noexcept { return down_; }
  [[nodiscard]] byte_ring& up() noexcept { return up_; }

  // Both sides.
  [[nodiscard]] static constexpr std::size_t padded(std::size_t size) noexcept { return (size + 7) & ~std::size_t(7); }
  [[nodiscard]] static constexpr std::size_t whole(const frame& head) noexcept {
    return sizeof(frame) + padded(head.size);
  }
  /// Where the bytes of a message go, behind its head; null when there is no room.
  [[nodiscard]] static std::byte* begin_frame(byte_ring& to, const frame& head) noexcept {
    std::byte* at = to.room(whole(head));
    if (at == nullptr) return nullptr;
    std::memcpy(at, &head, sizeof head);
    return at + sizeof head;
  }
  /// The message at the front of `bytes`; false when there is none, or no whole one.
  [[nodiscard]] static bool read_frame(std::span<const std::byte> bytes, frame& head) noexcept {
    if (bytes.size() < sizeof head) return false;
    std::memcpy(&head, bytes.data(), sizeof head);
    return whole(head) <= bytes.size();
  }

  /// Lets a worker that sleeps look. After publish(), or release().
  void wake_worker() noexcept;

 private:
  shared_mapping mapping_;
  byte_ring down_;
  byte_ring up_;
};

/// Sends descriptors, at most most_files, over a socket of the pair between a pool and a worker. Gives 0 or an errno value: a socket
/// that does not block may be full.
[[nodiscard]] int send_files(const unique_fd& socket, std::span<const unique_fd> files) noexcept;
/// As many as were sent by one call. Throws codec_error when they are not there.
[[nodiscard]] std::vector<unique_fd> receive_files(const unique_fd& socket, std::size_t count);

}  // namespace weft::detail
