#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::chat_app {

/// The line that is being typed, with a cursor: the verbs of emacs. Text is valid UTF-8 in one line; the cursor stands
/// between characters as a reader sees them.
class line_buffer {
 public:
  const std::string& text() const { return text_; }
  /// Bytes in front of the cursor.
  std::size_t cursor() const { return cursor_; }
  bool empty() const { return text_.empty(); }

  /// The cursor goes to the end.
  void set(std::string text);
  /// What it held; empty behind it.
  std::string take();

  void insert(std::string_view text);
  /// Puts `text` in the place of what is between `from` and the cursor.
  void replace_back_to(std::size_t from, std::string_view text);

  void left();
  void right();
  void word_left();
  void word_right();
  void home() { cursor_ = 0; }
  void end() { cursor_ = text_.size(); }

  void erase_back();
  void erase_next();
  /// What these four remove comes back with yank().
  void kill_to_end();
  void kill_to_begin();
  void kill_word_left();
  void kill_word_right();
  void yank() { insert(std::string(killed_)); }
  /// Exchanges the characters around the cursor, at the end the last two.
  void transpose();

 private:
  std::size_t next(std::size_t at) const;
  std::size_t word_begin() const;
  std::size_t word_end() const;
  void kill(std::size_t from, std::size_t to);
  void settle();

  std::string text_;
  std::size_t cursor_ = 0;  // at the beginning of a cell, or at the end
  std::string killed_;
};

}  // namespace weft::chat_app
