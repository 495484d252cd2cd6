#include "chat/line_buffer.hpp"

#include <utility>

#include "common/text_cells.hpp"

namespace weft::chat_app {

void line_buffer::set(std::string text) {
  text_ = std::move(text);
  end();
}

std::string line_buffer::take() {
  cursor_ = 0;
  return std::exchange(text_, {});
}

void line_buffer::insert(std::string_view text) {
  text_.insert(cursor_, text);
  cursor_ += text.size();
  settle();
}

void line_buffer::replace_back_to(std::size_t from, std::string_view text) {
  text_.erase(from, cursor_ - from);
  cursor_ = from;
  insert(text);
}

std::size_t line_buffer::next(std::size_t at) const {
  return at == text_.size() ? at : at + app::next_cell(std::string_view(text_).substr(at)).size;
}

/// A mark may have joined the character before the cursor.
void line_buffer::settle() {
  std::size_t at = 0;
  while (at < cursor_) at = next(at);
  cursor_ = at;
}

std::size_t line_buffer::word_begin() const {
  std::size_t at = cursor_;
  while (at > 0 && text_[at - 1] == ' ') --at;
  while (at > 0 && text_[at - 1] != ' ') --at;
  return at;
}

std::size_t line_buffer::word_end() const {
  std::size_t at = cursor_;
  while (at < text_.size() && text_[at] == ' ') ++at;
  while (at < text_.size() && text_[at] != ' ') ++at;
  return at;
}

void line_buffer::left() { cursor_ = app::previous_cell(text_, cursor_); }
void line_buffer::right() { cursor_ = next(cursor_); }
void line_buffer::word_left() { cursor_ = word_begin(); }
void line_buffer::word_right() { cursor_ = word_end(); }

void line_buffer::erase_back() {
  const auto from = app::previous_cell(text_, cursor_);
  text_.erase(from, cursor_ - from);
  cursor_ = from;
  settle();
}

void line_buffer::erase_next() {
  text_.erase(cursor_, next(cursor_) - cursor_);
  settle();
}

void line_buffer::kill(std::size_t from, std::size_t to) {
  if (from == to) return;
  killed_ = text_.substr(from, to - from);
  text_.erase(from, to - from);
  cursor_ = from;
  settle();
}

void line_buffer::kill_to_end() { kill(cursor_, text_.size()); }
void line_buffer::kill_to_begin() { kill(0, cursor_); }
void line_buffer::kill_word_left() { kill(word_begin(), cursor_); }
void line_buffer::kill_word_right() { kill(cursor_, word_end()); }

void line_buffer::transpose() {
  if (cursor_ == text_.size()) left();
  if (cursor_ == 0) return;
  const auto from = app::previous_cell(text_, cursor_);
  const auto to = next(cursor_);
  if (to == cursor_) return;
  const auto exchanged = text_.substr(cursor_, to - cursor_) + text_.substr(from, cursor_ - from);
  text_.replace(from, to - from, exchanged);
  cursor_ = to;
  settle();
}

}  // namespace weft::chat_app
