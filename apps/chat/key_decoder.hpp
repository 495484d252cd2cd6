#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::chat_app {

/// What a key does, whatever bytes it sends.
enum class key {
  text,  ///< one or more whole characters
  paste,
  enter,
  tab,
  escape,
  backspace,
  delete_next,
  left,
  right,
  word_left,
  word_right,
  home,
  end,
  up,
  down,
  kill_to_end,
  kill_to_begin,
  kill_word_left,
  kill_word_right,
  yank,
  transpose,
  clear_screen,
  interrupt,
  suspend,
  end_of_input,  ///< Ctrl-D: also deletes forward when there is text
};

struct key_press {
  key what;
  std::string text = {};  ///< of text and paste: valid UTF-8 without controls, but for LF and tab in a paste
};

/// Cuts the bytes of a terminal in raw mode into keys, in whatever pieces they arrive.
///
/// Sequences that are not known are dropped as a whole. A paste (bracketed, xterm's mode 2004) is one key; what is
/// longer than `max_paste` is cut.
class key_decoder {
 public:
  static constexpr std::size_t max_paste = 256 * 1024;

  /// Appends the keys that `bytes` completes.
  void feed(std::string_view bytes, std::vector<key_press>& keys);
  /// No more bytes came for a while: an ESC that waits for the rest of a sequence was the key itself.
  void settle(std::vector<key_press>& keys);
  /// Whether settle() would find something.
  bool is_waiting() const { return !pasting_ && !pending_.empty(); }

 private:
  bool take_one(std::vector<key_press>& keys);
  bool take_escape(std::vector<key_press>& keys);
  bool take_sequence(std::vector<key_press>& keys);
  bool take_paste(std::vector<key_press>& keys);
  bool take_text(std::vector<key_press>& keys);

  std::string pending_;
  std::string paste_;
  bool pasting_ = false;
};

}  // namespace weft::chat_app
