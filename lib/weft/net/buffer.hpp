#pragma once

#include <boost/asio/buffer.hpp>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>

namespace weft::net {

template <class T>
concept byte_like = std::same_as<std::remove_cv_t<T>, std::byte> || std::same_as<std::remove_cv_t<T>, char> ||
                    std::same_as<std::remove_cv_t<T>, unsigned char>;

template <class R>
concept byte_range = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
                     byte_like<std::remove_reference_t<std::ranges::range_reference_t<R>>>;

template <class R>
concept writable_byte_range = byte_range<R> && (std::is_lvalue_reference_v<R> || std::ranges::borrowed_range<R>) &&
                              !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<R>>>;

/// Memory to read into: a span, array, string or vector of std::byte, char or unsigned char, taken whole.
///
/// Ownership: none; the memory must outlive the operation it is given to.
class mutable_bytes {
 public:
  template <writable_byte_range R>
  // NOLINTNEXTLINE(google-explicit-constructor)
  mutable_bytes(R&& range) noexcept
      : bytes_(std::as_writable_bytes(std::span(std::ranges::data(range), std::ranges::size(range)))) {}

  [[nodiscard]] std::byte* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] std::span<std::byte> span() const noexcept { return bytes_; }
  [[nodiscard]] boost::asio::mutable_buffer asio() const noexcept { return {bytes_.data(), bytes_.size()}; }

 private:
  std::span<std::byte> bytes_;
};

/// Bytes to write: a span, array, string, vector or view of std::byte, char or unsigned char; a literal without its
/// zero.
///
/// Ownership: none; the memory must outlive the operation it is given to, which a temporary in the same co_await
/// expression does.
class const_bytes {
 public:
  const_bytes(const char* text) noexcept
      : const_bytes(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)

  template <byte_range R>
    requires(!std::is_array_v<std::remove_reference_t<R>> ||
             !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<R>>>)
  // NOLINTNEXTLINE(google-explicit-constructor)
  const_bytes(R&& range) noexcept
      : bytes_(std::as_bytes(std::span(std::ranges::data(range), std::ranges::size(range)))) {}

  const_bytes(const mutable_bytes& bytes) noexcept : bytes_(bytes.span()) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::byte* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] std::span<const std::byte> span() const noexcept { return bytes_; }
  [[nodiscard]] boost::asio::const_buffer asio() const noexcept { return {bytes_.data(), bytes_.size()}; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace weft::net
