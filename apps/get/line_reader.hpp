#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::get_app {

/// A line of a URL list that says something.
struct list_line {
  enum class fault { none, too_long, not_text };
  std::uint64_t number = 0;  ///< counted from 1 over all lines of the file
  std::string text;          ///< without the end of line and blanks around; of a line too long: its beginning
  fault wrong = fault::none;
};

/// Cuts the bytes of a list into lines, in whatever pieces they arrive.
///
/// Empty lines and lines that begin with '#' are left out, CRLF ends a line as LF does, a byte order mark at the
/// beginning is ignored. A line longer than `max_line_bytes` or with a control character in it is handed on as a fault.
/// Cost: holds at most one line.
class line_reader {
 public:
  static constexpr std::size_t max_line_bytes = 8192;

  /// Appends the lines that `bytes` completes to `lines`.
  void feed(std::string_view bytes, std::vector<list_line>& lines);
  /// The file has ended: a last line without an end of line counts as one.
  void finish(std::vector<list_line>& lines);

 private:
  void add(std::string_view bytes);
  void end_line(std::vector<list_line>& lines);

  std::string line_;  // at most max_line_bytes + 1, so that a longer line is known as such
  std::uint64_t number_ = 0;
};

}  // namespace weft::get_app
