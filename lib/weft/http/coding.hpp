#pragma once

#include <weft/http/headers.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace weft::http {

/// A content coding (RFC 9110, 8.4.1).
enum class content_coding { identity, gzip, deflate, unsupported };

/// The coding that Content-Encoding names; more than one, or an unknown one, is `unsupported`.
[[nodiscard]] content_coding find_coding(const headers& fields);

struct decode_limits {
  std::optional<std::uint64_t> size{};      ///< decoded bytes
  std::uint64_t ratio = 200;                ///< decoded bytes for each coded byte ...
  std::uint64_t ratio_after = 1024 * 1024;  ///< ... once that many bytes were decoded
};

/// Takes gzip (RFC 1952, several members too) or deflate (zlib as in RFC 1950, or raw as some servers send it) off a
/// body.
///
/// Ownership: owns zlib's state, about 40 KiB. Movable.
/// Errors:    http::error decode_failed for damaged data, also bytes after the end that are not zero; decode_bomb
///            when a limit is passed. The decoder is then of no further use.
class body_decoder {
 public:
  explicit body_decoder(content_coding coding, decode_limits limits = {});
  body_decoder(body_decoder&&) noexcept;
  body_decoder& operator=(body_decoder&&) noexcept;
  ~body_decoder();

  struct progress {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };

  /// Decodes until the input is used up or the output is full. More output may wait inside while the output was filled:
  /// call again with what is left of the input, even if that is nothing.
  [[nodiscard]] progress decode(std::span<const std::byte> input, std::span<std::byte> output);

  /// To be called when the coded body has ended: throws decode_failed unless the coded data ended there too
  /// or there was none.
  void finish() const;

 private:
  struct stream;
  void start(int window_bits);
  int inflate_some();
  int restart_as_raw();
  bool next_member(std::span<const std::byte> rest);
  void check_limits() const;

  std::unique_ptr<stream> stream_;
  decode_limits limits_;
  content_coding coding_;
  bool ended_ = false;    // at the end of a member; only zero bytes or another gzip member may follow
  bool raw_ = false;      // deflate without the zlib wrapper
  bool padding_ = false;  // zero bytes were seen after the end
  std::uint64_t coded_ = 0;
  std::uint64_t decoded_ = 0;
  std::array<std::byte, 2> prefix_{};  // first bytes of a deflate body, to start over as raw
};

}  // namespace weft::http
