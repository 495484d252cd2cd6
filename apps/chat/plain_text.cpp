#include "chat/plain_text.hpp"

#include "common/text_cells.hpp"

namespace weft::chat_app {
namespace {

constexpr std::string_view more = "…";

/// Bytes of the beginning of `text` that fit into `limit`; at least one code point.
std::size_t fitting(std::string_view text, std::size_t limit) {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto size = app::next_cell(text.substr(end)).size;
    if (end + size > limit) break;
    end += size;
  }
  if (end > 0) return end;
  for (auto size = app::next_code(text).size; end + size <= limit; size = app::next_code(text.substr(end)).size)
    end += size;
  return end;
}

}  // namespace

std::vector<std::string> split_text(std::string_view text, std::size_t limit) {
  std::vector<std::string> parts;
  while (text.size() > limit) {
    const auto size = fitting(text, limit - more.size());
    parts.push_back(std::string(text.substr(0, size)) + std::string(more));
    text.remove_prefix(size);
  }
  parts.emplace_back(text);
  return parts;
}

std::vector<std::string> datagram_lines(std::string_view datagram) {
  std::vector<std::string> lines;
  while (!datagram.empty()) {
    const auto end = datagram.find('\n');
    auto line = datagram.substr(0, end);
    while (line.ends_with('\r') || line.ends_with('\0')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
    datagram.remove_prefix(end == std::string_view::npos ? datagram.size() : end + 1);
  }
  return lines;
}

}  // namespace weft::chat_app
