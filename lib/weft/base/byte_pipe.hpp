#pragma once

#include <cstddef>

namespace weft {

/// A pipe of the kernel that bytes go through from a stream to a file without being copied into the program: splice(2).
///
/// Ownership: owns both descriptors; neither movable nor copyable.
/// Threads:   any, one at a time.
/// Errors:    errno values; the constructor throws boost::system::system_error.
class byte_pipe {
 public:
  /// A pipe for `capacity` bytes: a power of two of pages; the system refuses one that is larger than the user may have.
  explicit byte_pipe(std::size_t capacity);
  byte_pipe(const byte_pipe&) = delete;
  byte_pipe& operator=(const byte_pipe&) = delete;
  ~byte_pipe();

  /// Bytes inside.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Has it no room? It may hold less than its capacity: what comes in small pieces takes more room. One system call.
  [[nodiscard]] bool is_full() const noexcept;

  struct fill_result {
    std::size_t moved = 0;  ///< 0 without an error: the end of the stream
    int error = 0;          ///< EAGAIN: nothing is there, or is_full()
  };
  /// Moves what is there, at most `max` bytes, from a stream that does not block; does not wait.
  [[nodiscard]] fill_result fill_from(int stream, std::size_t max) noexcept;

  /// Moves all bytes to the end of what was written to `file`; gives an errno value, 0 for none. Blocks. After an error
  /// a part may have been moved.
  [[nodiscard]] int drain_to(int file) noexcept;

 private:
  [[nodiscard]] int copy_to(int file) noexcept;

  int out_ = -1;
  int in_ = -1;
  std::size_t size_ = 0;
};

}  // namespace weft
