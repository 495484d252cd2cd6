#include "chat/reporter.hpp"

#include <unistd.h>

#include <utility>

#include "chat/event_text.hpp"

namespace weft::chat_app {

reporter::reporter(const config& settings)
    : config_(settings),
      data_thread_(offload_options{.name = "weft-stdout", .threads = 1}),
      notes_thread_(offload_options{.name = "weft-stderr", .threads = 1}),
      data_(STDOUT_FILENO, "standard output", data_thread_, app::text_sink::failures::thrown),
      notes_(STDERR_FILENO, "standard error", notes_thread_, app::text_sink::failures::ignored) {
  if (!settings.log_file.empty()) open_log(settings.log_file);
}

void reporter::open_log(const std::string& path) { log_ = std::make_unique<log_file>(path); }

void reporter::close_log() {
  if (log_) closing_.push_back(std::move(log_));
}

void reporter::announce(message_id id, std::string text) { unshown_.emplace(id, std::move(text)); }

void reporter::show_waiting(message_id id) {
  const auto text = unshown_.find(id);
  if (screen_ == nullptr || text == unshown_.end()) return;
  const auto now = std::chrono::system_clock::now();
  show({.type = event_type::own, .text = std::move(text->second), .id = id, .fate = event_type::notice, .time = now});
  unshown_.erase(text);
}

void reporter::say(const std::string& text) { tell({.type = event_type::notice, .text = text}); }

void reporter::tell(chat_event event) {
  event.time = std::chrono::system_clock::now();
  if (event.id != 0) show_own(event);
  show(event);
}

void reporter::show_own(const chat_event& fate) {
  const auto text = unshown_.find(fate.id);
  if (text == unshown_.end()) return;
  show({.type = event_type::own, .text = std::move(text->second), .id = fate.id, .fate = fate.type, .time = fate.time});
  unshown_.erase(text);
}

/// What peers say; for a machine, everything.
bool reporter::is_data(const chat_event& event) const {
  return config_.json || event.type == event_type::message || event.type == event_type::offer;
}

void reporter::show(const chat_event& event) {
  if (log_) log_->add(log_text(event));
  if (config_.json && screen_ == nullptr) return data_.add(event_json(event));
  const bool is_message = is_data(event);
  if (config_.quiet && !is_message) return;
  const auto colors = config_.color ? coloring::ansi : coloring::none;
  if (screen_ != nullptr) {
    if (event.type != event_type::sent) screen_->print(event_text(event, colors));
    if (config_.bell && event.type == event_type::message) screen_->ring();
    return;
  }
  // A pipe's own lines are known to who wrote them.
  if (event.type == event_type::own || event.type == event_type::sent) return;
  (is_message ? data_ : notes_).add(event_text(event, is_message ? colors : coloring::none));
}

task<> reporter::flush() {
  co_await data_.flush();
  co_await notes_.flush();
  if (log_) co_await log_->flush();
  const auto closing = std::exchange(closing_, {});
  for (const auto& log : closing) co_await log->flush();
}

}  // namespace weft::chat_app
