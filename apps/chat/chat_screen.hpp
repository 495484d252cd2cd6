#pragma once

#include <string>
#include <string_view>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/queue.hpp>

#include "chat/line_editor.hpp"
#include "chat/prompt_screen.hpp"
#include "chat/terminal_mode.hpp"
#include "chat/user_input.hpp"
#include "common/text_sink.hpp"

namespace weft::chat_app {

/// A terminal with a line that is typed at its bottom and a conversation above.
///
/// Lifetime:     one run(). Threads: one loop.
/// Cancellation: ends run() at once; close() puts the terminal back.
/// Errors:       boost::system::system_error for a terminal that is gone.
class chat_screen {
 public:
  /// `out` writes to the terminal that is standard input, too.
  chat_screen(offload& thread, app::text_sink& out, completer complete);

  /// Whole lines, safe to print, to scroll away above the typed one. Drawn soon, several at once.
  void print(std::string_view lines);
  void set_prompt(std::string prompt);
  void clear();
  void ring() { out_.add("\a"); }

  /// Puts what is typed into `lines` until it is killed, and keeps the screen up to date.
  task<> run(input_queue& lines);
  /// Takes the typed line away and puts the terminal back. Idempotent; flush `out` behind it.
  void close();

 private:
  task<> read_keys();
  task<> edit(input_queue& lines);
  task<> perform(std::vector<editor_action> actions, input_queue& lines);
  task<> draw_arrivals();
  task<> watch_window();
  task<> watch_stops();
  void draw();

  offload& thread_;
  app::text_sink& out_;
  line_editor editor_;
  prompt_screen screen_;
  terminal_mode mode_;
  queue<std::string> keys_{16};
  event dirty_;
  std::string above_;
  bool open_ = true;
};

}  // namespace weft::chat_app
