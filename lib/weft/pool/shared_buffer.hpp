#pragma once

#include <weft/pool/codec.hpp>
#include <weft/pool/shared_memory.hpp>
#include <weft/pool/unique_fd.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace weft {

/// Bytes that several processes see: given to a task as an argument, they are not copied.
///
/// Ownership: copies are one buffer; it goes with the last of them, in whatever process. It has no name that could be left behind.
/// Threads:   any; who writes when is for the processes to agree on.
/// Errors:    boost::system::system_error where there is no memory.
class shared_buffer {
 public:
  shared_buffer() = default;
  /// Zeros.
  explicit shared_buffer(std::size_t size);

  [[nodiscard]] std::size_t size() const noexcept { return block_ ? block_->size : 0; }
  [[nodiscard]] std::byte* data() const noexcept { return block_ ? block_->mapping.at() : nullptr; }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data(), size()}; }

 private:
  friend struct codec<shared_buffer>;
  struct block {
    detail::unique_fd file;
    std::size_t size;
    detail::shared_mapping mapping;
  };
  explicit shared_buffer(detail::unique_fd file);

  std::shared_ptr<const block> block_;
};

template <>
struct codec<shared_buffer> {
  static void encode(encoder& to, const shared_buffer& value);
  static shared_buffer decode(decoder& from);
};

}  // namespace weft
