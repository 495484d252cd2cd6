#pragma once

#include <weft/pool/process_errors.hpp>
#include <weft/pool/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// Takes values down as bytes, for another process of the same program.
///
/// Lifetime: lend() keeps a pointer: what is lent lives until the bytes have been used.
/// Cost:     one buffer; large blocks are not copied into it.
class encoder {
 public:
  /// Blocks from this size on are lent rather than copied.
  static constexpr std::size_t lend_from = 16 * 1024;

  void copy(const void* from, std::size_t size) {
    if (size == 0) return;
    const auto* first = static_cast<const std::byte*>(from);
    buffer_.insert(buffer_.end(), first, first + size);
  }
  /// As copy(), but refers to a large block instead.
  void lend(const void* from, std::size_t size) {
    if (size < lend_from) return copy(from, size);
    lent_.push_back({buffer_.size(), {static_cast<const std::byte*>(from), size}});
    lent_size_ += size;
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void number(T value) {
    copy(&value, sizeof value);
  }
  void length(std::size_t value) { number(static_cast<std::uint64_t>(value)); }
  /// Sends a descriptor along; the receiver gets one of its own. Throws codec_error where nothing can go with the bytes.
  void attach(const detail::unique_fd& file) {
    if (!may_attach_) throw codec_error("a descriptor cannot be sent this way");
    files_.push_back(file.duplicate());
  }
  void refuse_files() noexcept { may_attach_ = false; }

  [[nodiscard]] std::size_t size() const noexcept { return buffer_.size() + lent_size_; }
  /// The pieces, in order.
  [[nodiscard]] std::vector<std::span<const std::byte>> pieces() const;
  /// Writes all of it to `to`, which has room for size() bytes.
  void write_to(std::byte* to) const noexcept;
  /// All in one block.
  [[nodiscard]] std::vector<std::byte> take();
  [[nodiscard]] std::vector<detail::unique_fd> take_files() noexcept { return std::exchange(files_, {}); }
  [[nodiscard]] std::size_t file_count() const noexcept { return files_.size(); }
  /// Starts over and keeps the buffer.
  void clear() noexcept;

 private:
  struct loan {
    std::size_t at;  // place in the buffer before which it goes
    std::span<const std::byte> block;
  };

  std::vector<std::byte> buffer_;
  std::vector<loan> lent_;  // by place
  std::size_t lent_size_ = 0;
  std::vector<detail::unique_fd> files_;
  bool may_attach_ = true;
};

/// Reads what an encoder has taken down, and believes none of it: codec_error where it does not fit.
class decoder {
 public:
  explicit decoder(std::span<const std::byte> bytes, std::span<detail::unique_fd> files = {}) noexcept
      : rest_(bytes), files_(files) {}

  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
  /// The next bytes, in place.
  [[nodiscard]] std::span<const std::byte> take(std::size_t size) {
    if (size > rest_.size()) throw codec_error("the bytes end too early");
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  [[nodiscard]] T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// How many things of at least `least` bytes follow.
  [[nodiscard]] std::size_t length(std::size_t least) {
    const auto count = number<std::uint64_t>();
    if (count > rest_.size() / least) throw codec_error("a length is larger than what follows");
    return static_cast<std::size_t>(count);
  }
  [[nodiscard]] detail::unique_fd take_file() {
    if (files_.empty() || !files_.front()) throw codec_error("a descriptor is missing");
    detail::unique_fd taken = std::move(files_.front());
    files_ = files_.subspan(1);
    return taken;
  }
  /// Throws unless everything was read.
  void finish() const {
    if (!rest_.empty()) throw codec_error("more bytes than the value has");
  }

  /// Counts how deep values lie in one another: what would use up the stack is refused.
  class nested {
   public:
    explicit nested(decoder& of) : of_(&of) {
      if (of.depth_ == max_depth) throw codec_error("values are nested too deeply");
      ++of.depth_;
    }
    nested(const nested&) = delete;
    nested& operator=(const nested&) = delete;
    ~nested() { --of_->depth_; }

   private:
    static constexpr unsigned max_depth = 500;
    decoder* of_;
  };

 private:
  std::span<const std::byte> rest_;
  std::span<detail::unique_fd> files_;
  unsigned depth_ = 0;
};

}  // namespace weft
