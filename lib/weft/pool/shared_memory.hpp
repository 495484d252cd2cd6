#pragma once

#include <weft/core/time.hpp>
#include <weft/pool/unique_fd.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace weft::detail {

/// A file in memory of `size` bytes that can neither shrink nor grow, so that reading it cannot fail.
[[nodiscard]] unique_fd make_shared_file(const char* name, std::size_t size);

/// A file that several processes see in their memory; the places from `ring` on, `rings` of `ring_size` bytes, each twice in a row,
/// so that what goes over the end of a ring goes on at its beginning.
///
/// Precondition: `ring` and `ring_size` are multiples of the page size.
class shared_mapping {
 public:
  shared_mapping() noexcept = default;
  shared_mapping(const unique_fd& file, std::size_t ring, std::size_t ring_size, std::size_t rings);
  /// The whole file, as it is.
  shared_mapping(const unique_fd& file, std::size_t size) : shared_mapping(file, size, 0, 0) {}
  shared_mapping(shared_mapping&& other) noexcept
      : at_(std::exchange(other.at_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  shared_mapping& operator=(shared_mapping&& other) noexcept {
    std::swap(at_, other.at_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~shared_mapping();

  [[nodiscard]] std::byte* at() const noexcept { return at_; }

 private:
  std::byte* at_ = nullptr;
  std::size_t size_ = 0;
};

/// As futex_wait() and futex_wake(), between processes.
bool shared_futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::optional<time_point> deadline = {}) noexcept;
void shared_futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept;

}  // namespace weft::detail
