#pragma once

#include <weft/http/headers.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// What a receiver of heads does about the deviations that real servers show.
enum class head_rules {
  strict,    ///< RFC 9112 without its leniencies: any deviation is an error
  tolerant,  ///< accepts a status line that ends after the code, joins folded lines, drops fields with control bytes
};

/// Bounds of one head and, through head_gate::rearm, of all interim heads before it.
struct head_limits {
  std::size_t bytes = 256 * 1024;
  std::size_t fields = 256;
  std::size_t line = 64 * 1024;

  [[nodiscard]] static constexpr head_limits client() noexcept { return {}; }
  [[nodiscard]] static constexpr head_limits server() noexcept { return {16 * 1024, 100, 8 * 1024}; }
};

struct response_head {
  int status = 0;
  int minor_version = 1;  ///< HTTP/1.x
  std::string reason;     ///< as sent: may hold any byte but CR, LF and NUL
  headers fields;
};

struct request_head {
  int minor_version = 1;
  std::string method;
  std::string target;
  headers fields;
};

/// Reads the head of an HTTP/1 message from a buffer that fills up, refusing whatever two readers could see
/// differently.
///
/// Always refused, whatever the rules: lines that do not end in CR LF, CR and NUL anywhere, white space around a field
/// name, an empty name, a folded or damaged Content-Length or Transfer-Encoding, versions other than HTTP/1.x.
/// Errors: http::error protocol_error or head_too_large; the gate is then of no further use.
/// Cost:   one pass over the bytes however they were split; the head is copied once, when it is complete.
class head_gate {
 public:
  explicit head_gate(head_limits limits = head_limits::client(), head_rules rules = head_rules::tolerant) noexcept
      : limits_(limits), rules_(rules) {}

  /// `received` is everything from the first byte of the head on; earlier bytes must not change between calls.
  /// Gives the size of the head when it is complete, nothing while more bytes are needed.
  [[nodiscard]] std::optional<std::size_t> read(std::string_view received, response_head& head);
  [[nodiscard]] std::optional<std::size_t> read(std::string_view received, request_head& head);

  /// Ready for the head that follows an interim one; what was read so far still counts towards the limits.
  void rearm() noexcept;
  /// Ready for the first head of another message.
  void reset() noexcept;

 private:
  template <class Head>
  std::optional<std::size_t> read_head(std::string_view received, Head& head);
  void start_line(std::string_view line, response_head& head) const;
  void start_line(std::string_view line, request_head& head) const;
  void field_line(std::string_view received, std::size_t end, headers& fields);
  void folded_line(std::string_view received, std::size_t end, headers& fields);
  void finish(std::string_view head, headers& fields);

  head_limits limits_;
  head_rules rules_;
  std::size_t line_begin_ = 0;   // start of the line being looked for
  std::size_t scanned_ = 0;      // line_begin_ <= scanned_; no LF in between
  std::size_t spent_bytes_ = 0;  // by earlier interim heads
  std::size_t seen_fields_ = 0;
  bool dropped_ = false;  // the last field line was not kept
  bool folded_ = false;   // a kept value contains CR LF
};

}  // namespace weft::http
