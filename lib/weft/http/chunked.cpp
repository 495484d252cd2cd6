#include <weft/http/chunked.hpp>

#include <weft/http/detail/bytes.hpp>
#include <weft/http/error.hpp>

#include <algorithm>
#include <cstring>

namespace weft::http {
namespace {

constexpr int max_digits = 15;

[[noreturn]] void violation(const char* what) { throw error(error_kind::protocol_error, error_phase::body, what); }

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

chunked_decoder::progress chunked_decoder::decode(std::span<const std::byte> input, std::span<std::byte> output) {
  progress made;
  while (made.consumed < input.size() && state_ != state::done) {
    if (state_ != state::data) {
      step(static_cast<char>(input[made.consumed++]));
      continue;
    }
    const std::size_t room = std::min(input.size() - made.consumed, output.size() - made.produced);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(room, left_));
    if (size == 0) break;
    std::memmove(output.data() + made.produced, input.data() + made.consumed, size);
    made.consumed += size;
    made.produced += size;
    left_ -= size;
    if (left_ == 0) state_ = state::data_cr;
  }
  return made;
}

void chunked_decoder::step(char c) {
  switch (state_) {
    case state::size_start:
    case state::size:
    case state::size_space:
    case state::extension: return step_size(c);
    case state::size_lf:
      if (c != '\n') violation("chunk size line does not end in CR LF");
      state_ = left_ == 0 ? state::trailer_start : state::data;
      return;
    case state::data_cr:
      if (c != '\r') violation("chunk longer than its size");
      state_ = state::data_lf;
      return;
    case state::data_lf:
      if (c != '\n') violation("chunk does not end in CR LF");
      state_ = state::size_start;
      return;
    case state::trailer_start:
    case state::trailer_name:
    case state::trailer_value:
    case state::trailer_lf:
    case state::end_lf: return step_trailer(c);
    case state::data:
    case state::done: return;
  }
}

void chunked_decoder::step_size(char c) {
  const int digit = hex_value(c);
  switch (state_) {
    case state::size_start:
      if (digit < 0) violation("chunk size is not a hexadecimal number");
      left_ = static_cast<std::uint64_t>(digit);
      digits_ = 1;
      extension_ = 0;
      state_ = state::size;
      return;
    case state::size:
      if (digit >= 0) {
        if (++digits_ > max_digits) violation("chunk size has too many digits");
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        return;
      }
      if (c == ' ' || c == '\t') {
        count_extension();
        state_ = state::size_space;
        return;
      }
      break;
    case state::size_space:
      if (c == ' ' || c == '\t') return count_extension();
      if (c != ';') violation("white space after a chunk size");
      break;
    default: break;
  }
  if (c == '\r') {
    state_ = state::size_lf;
  } else if ((c == ';' || state_ == state::extension) && detail::is_kind(c, detail::text_byte)) {
    count_extension();
    state_ = state::extension;
  } else {
    violation("malformed chunk size line");
  }
}

void chunked_decoder::count_extension() {
  if (++extension_ > limits_.extension || ++all_extensions_ > limits_.all_extensions) {
    violation("chunk extensions too large");
  }
}

void chunked_decoder::step_trailer(char c) {
  if (++trailers_ > limits_.trailers) violation("trailers too large");
  const bool token = detail::is_kind(c, detail::token_byte);
  switch (state_) {
    case state::trailer_start:
      if (c == '\r') {
        state_ = state::end_lf;
      } else if (token) {
        state_ = state::trailer_name;
      } else {
        violation("malformed trailer");
      }
      return;
    case state::trailer_name:
      if (c == ':') {
        state_ = state::trailer_value;
      } else if (!token) {
        violation("malformed trailer");
      }
      return;
    case state::trailer_value:
      if (c == '\r') {
        state_ = state::trailer_lf;
      } else if (!detail::is_kind(c, detail::text_byte)) {
        violation("control byte in a trailer");
      }
      return;
    default:
      if (c != '\n') violation("trailer does not end in CR LF");
      state_ = state_ == state::end_lf ? state::done : state::trailer_start;
      return;
  }
}

}  // namespace weft::http
