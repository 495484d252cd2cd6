#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>

#include "chat/chat_event.hpp"
#include "chat/chat_screen.hpp"
#include "chat/config.hpp"
#include "chat/log_file.hpp"
#include "common/text_sink.hpp"

namespace weft::chat_app {

/// Where events go: the screen, or standard output (what peers say, and JSON) and standard error (the rest); and the
/// log. Threads: one loop.
class reporter {
 public:
  /// Errors: boost::system::system_error for a log that cannot be opened.
  explicit reporter(const config& settings);

  /// From here on everything for a reader goes there; null: no more.
  void set_screen(chat_screen* screen) { screen_ = screen; }
  app::text_sink& data() { return data_; }

  void tell(chat_event event);
  /// A notice.
  void say(const std::string& text);
  /// An own message: shown when the first thing is known about what becomes of it.
  void announce(message_id id, std::string text);
  /// On a screen an own message is shown now if nothing is known about it yet: it is on its way.
  void show_waiting(message_id id);

  void open_log(const std::string& path);
  void close_log();

  /// Errors: boost::system::system_error for standard output and the log.
  task<> flush();

 private:
  void show(const chat_event& event);
  void show_own(const chat_event& fate);
  bool is_data(const chat_event& event) const;

  const config& config_;
  offload data_thread_;
  offload notes_thread_;
  app::text_sink data_;
  app::text_sink notes_;
  chat_screen* screen_ = nullptr;
  std::unique_ptr<log_file> log_;
  std::vector<std::unique_ptr<log_file>> closing_;  // until what they hold is written
  std::map<message_id, std::string> unshown_;       // own messages of which nothing is known yet
};

}  // namespace weft::chat_app
