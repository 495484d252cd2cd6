#pragma once

#include <weft/pool/encoder.hpp>
#include <weft/pool/unique_fd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weft::detail {

// Files that are only in memory (memfd), to be handed to other processes. Errors: boost::system::system_error.

[[nodiscard]] unique_fd make_memory_file(const char* name);
/// At the file's own position.
void write_all(const unique_fd& to, std::span<const std::span<const std::byte>> pieces);
void write_all(const unique_fd& to, std::string_view text);
[[nodiscard]] std::size_t size_of(const unique_fd& file);
/// From `offset` to the end, wherever the file's own position is.
[[nodiscard]] std::string read_from(const unique_fd& file, std::size_t offset);

/// A file's bytes, in this process' memory.
class file_mapping {
 public:
  file_mapping() noexcept = default;
  /// Read-only; of the file's present size.
  explicit file_mapping(const unique_fd& file);
  file_mapping(file_mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  file_mapping& operator=(file_mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~file_mapping();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace weft::detail
