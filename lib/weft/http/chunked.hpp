#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::http {

struct chunked_limits {
  std::size_t extension = 4 * 1024;        ///< bytes of one chunk's extensions
  std::size_t all_extensions = 64 * 1024;  ///< bytes of all of them
  std::size_t trailers = 16 * 1024;        ///< bytes of the trailer section
};

/// Takes the chunked coding (RFC 9112, 7.1) off a body, however its bytes were split.
///
/// Strict: sizes are 1 to 15 hexadecimal digits, every line ends in CR LF, trailers have the form of fields.
///         Extensions and trailers are checked, bounded and dropped: a trailer never becomes a header.
/// Errors: http::error protocol_error; the decoder is then of no further use.
/// Cost:   no allocation; body bytes are moved once.
class chunked_decoder {
 public:
  explicit chunked_decoder(chunked_limits limits = {}) noexcept : limits_(limits) {}

  struct progress {
    std::size_t consumed = 0;  ///< bytes taken from the input
    std::size_t produced = 0;  ///< body bytes put into the output
  };

  /// Decodes until the input is used up, the output is full or the body has ended. `output` may begin where `input`
  /// does: a body can be decoded in place.
  [[nodiscard]] progress decode(std::span<const std::byte> input, std::span<std::byte> output);

  /// Has the last chunk with its trailers been seen? What was not consumed then is no part of the message.
  [[nodiscard]] bool done() const noexcept { return state_ == state::done; }

 private:
  enum class state : std::uint8_t {
    size_start,
    size,
    size_space,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
    done,
  };

  void step(char c);
  void step_size(char c);
  void step_trailer(char c);
  void count_extension();

  chunked_limits limits_;
  state state_ = state::size_start;
  std::uint8_t digits_ = 0;
  std::uint64_t left_ = 0;  // bytes of the current chunk not yet delivered
  std::size_t extension_ = 0;
  std::size_t all_extensions_ = 0;
  std::size_t trailers_ = 0;
};

}  // namespace weft::http
