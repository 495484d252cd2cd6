#include "chat/chat_screen.hpp"

#include <signal.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <utility>

#include <weft/core/asio.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>

#include "chat/pipe_input.hpp"
#include "common/terminal.hpp"

namespace weft::chat_app {
namespace {

constexpr duration redraw_interval = std::chrono::milliseconds(16);
constexpr duration key_interval = std::chrono::milliseconds(50);  // within a sequence of one key
constexpr std::string_view clear_all = "\x1b[H\x1b[J";

}  // namespace

chat_screen::chat_screen(offload& thread, app::text_sink& out, completer complete)
    : thread_(thread), out_(out), editor_(std::move(complete)), mode_(STDIN_FILENO, out.fd()) {
  mode_.enter();
}

void chat_screen::print(std::string_view lines) {
  above_ += lines;
  dirty_.set();
}

void chat_screen::set_prompt(std::string prompt) {
  editor_.set_prompt(std::move(prompt));
  dirty_.set();
}

void chat_screen::clear() {
  screen_.forget();
  out_.add(clear_all);
  dirty_.set();
}

void chat_screen::draw() {
  if (!open_) return;
  out_.add(screen_.draw(editor_.line(), std::exchange(above_, {}), app::size_of_screen(out_.fd())));
  dirty_.clear();
}

void chat_screen::close() {
  if (!std::exchange(open_, false)) return;
  out_.add(screen_.erase(app::size_of_screen(out_.fd())) + std::exchange(above_, {}));
  mode_.restore();
}

task<> chat_screen::run(input_queue& lines) {
  draw();
  co_await out_.flush();
  auto body = [&](task_group& group) -> task<> {
    group.spawn([this] { return read_keys(); });
    group.spawn([this] { return draw_arrivals(); });
    group.spawn([this] { return watch_window(); });
    group.spawn([this] { return watch_stops(); });
    co_await edit(lines);
  };
  co_await scope(body);
}

task<> chat_screen::read_keys() {
  for (;;) {
    auto bytes = co_await read_some(STDIN_FILENO, thread_);
    if (bytes.empty()) break;
    co_await keys_.put(std::move(bytes));
  }
  keys_.close();
}

task<> chat_screen::edit(input_queue& lines) {
  for (;;) {
    auto next = [this]() -> task<std::optional<std::string>> { co_return co_await keys_.next(); };
    std::optional<std::string> bytes;
    if (editor_.is_waiting()) {
      auto in_time = co_await move_on_after(key_interval, next);
      if (!in_time) {
        co_await perform(editor_.settle(), lines);
        draw();
        co_await out_.flush();
        continue;
      }
      bytes = std::move(*in_time);
    } else {
      bytes = co_await next();
    }
    if (!bytes) break;
    co_await perform(editor_.feed(*bytes), lines);
    draw();
    co_await out_.flush();
  }
  user_input gone{user_input::kind::end};
  co_await lines.put(std::move(gone));
}

task<> chat_screen::perform(std::vector<editor_action> actions, input_queue& lines) {
  using kind = editor_action::kind;
  for (auto& action : actions) {
    user_input given{user_input::kind::line, std::move(action.text)};
    switch (action.what) {
      case kind::line: break;
      case kind::interrupt: given.what = user_input::kind::interrupt; break;
      case kind::end_of_input: given.what = user_input::kind::end; break;
      case kind::candidates: print(given.text + "\n"); continue;
      case kind::clear_screen: clear(); continue;
      case kind::suspend: ::raise(SIGTSTP); continue;
    }
    co_await lines.put(std::move(given));
  }
}

task<> chat_screen::draw_arrivals() {
  for (;;) {
    co_await dirty_.wait();
    draw();
    co_await out_.flush();
    co_await sleep(redraw_interval);
  }
}

task<> chat_screen::watch_window() {
  boost::asio::signal_set changes(this_loop().get_executor(), SIGWINCH);
  for (;;) {
    co_await changes.async_wait(boost::asio::deferred);
    draw();
    co_await out_.flush();
  }
}

/// Stops as a program without a terminal of its own would, with the terminal as it was.
task<> chat_screen::watch_stops() {
  boost::asio::signal_set stops(this_loop().get_executor(), SIGTSTP, SIGCONT);
  for (;;) {
    const int number = co_await stops.async_wait(boost::asio::deferred);
    if (number == SIGTSTP) {
      out_.add(screen_.erase(app::size_of_screen(out_.fd())));
      co_await out_.flush();
      mode_.restore();
      ::raise(SIGSTOP);
    }
    // Whoever else stopped it, a shell may have set the terminal to what it likes.
    mode_.enter();
    draw();
    co_await out_.flush();
  }
}

}  // namespace weft::chat_app
