#include "get/line_reader.hpp"

#include <algorithm>

#include <weft/base/text.hpp>

namespace weft::get_app {
namespace {

constexpr std::size_t shown_of_long_line = 60;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

void line_reader::add(std::string_view bytes) { line_ += bytes.substr(0, max_line_bytes + 1 - line_.size()); }

void line_reader::feed(std::string_view bytes, std::vector<list_line>& lines) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    add(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    end_line(lines);
    bytes.remove_prefix(end + 1);
  }
}

void line_reader::finish(std::vector<list_line>& lines) {
  if (!line_.empty()) end_line(lines);
}

void line_reader::end_line(std::vector<list_line>& lines) {
  ++number_;
  std::string_view text = line_;
  if (number_ == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (line_.size() > max_line_bytes) {
    lines.push_back({number_, std::string(text.substr(0, shown_of_long_line)), list_line::fault::too_long});
  } else {
    if (text.ends_with('\r')) text.remove_suffix(1);
    text = trim(text);
    const bool control = std::any_of(text.begin(), text.end(), is_control);
    if (!text.empty() && text.front() != '#') {
      lines.push_back({number_, std::string(text), control ? list_line::fault::not_text : list_line::fault::none});
    }
  }
  line_.clear();
}

}  // namespace weft::get_app
