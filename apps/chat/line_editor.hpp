#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/history.hpp"
#include "chat/key_decoder.hpp"
#include "chat/line_buffer.hpp"
#include "chat/prompt_screen.hpp"

namespace weft::chat_app {

/// Words that may stand in the place of the one in front of the cursor, given the line up to there.
using completer = std::function<std::vector<std::string>(std::string_view line)>;

/// What the keys asked for, beside changes of the line.
struct editor_action {
  enum class kind { line, interrupt, suspend, end_of_input, clear_screen, candidates };
  kind what;
  std::string text = {};  ///< of line; of candidates: to show, safe to print
};

/// The line editor of a chat: keys in, lines out; what is half typed is at hand at any time.
///
/// A paste of several lines is entered line by line, what stands behind its last line feed stays in the line. One of
/// more than `max_paste_lines` lines asks first: y enters it, n or Esc drops it, other keys wait for the answer.
class line_editor {
 public:
  static constexpr std::size_t max_paste_lines = 5;

  explicit line_editor(completer complete = {}) : complete_(std::move(complete)) {}

  /// Bytes of a terminal in raw mode.
  std::vector<editor_action> feed(std::string_view bytes);
  /// No more bytes came for a while (about 50 ms): a lone ESC is a key.
  std::vector<editor_action> settle();
  bool is_waiting() const { return keys_.is_waiting(); }

  /// Shown in front of the line. Safe to print.
  void set_prompt(std::string prompt) { prompt_ = std::move(prompt); }
  /// What is to be drawn. Lifetime: until the next call of another member.
  prompt_line line() const;

 private:
  void press(const key_press& pressed, std::vector<editor_action>& actions);
  void edit(const key_press& pressed, std::vector<editor_action>& actions);
  void answer(const key_press& pressed, std::vector<editor_action>& actions);
  void paste(std::string_view text, std::vector<editor_action>& actions);
  void enter_paste(std::vector<editor_action>& actions);
  void enter(std::vector<editor_action>& actions);
  void complete(std::vector<editor_action>& actions);

  completer complete_;
  key_decoder keys_;
  line_buffer line_;
  history history_;
  std::string prompt_ = "> ";
  std::string pasted_;    // waits for an answer; empty: nothing is asked
  std::string question_;  // shown in the place of the line while it waits
};

}  // namespace weft::chat_app
