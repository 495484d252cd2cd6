#include <unistd.h>

#include <algorithm>
#include <utility>

#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>

#include "chat/pipe_input.hpp"
#include "chat/session.hpp"
#include "common/terminal.hpp"

namespace weft::chat_app {
namespace {

constexpr duration receipt_limit = std::chrono::seconds(10);

}  // namespace

task<> session::work() {
  auto code = chat_exit::undelivered;
  start_mode();
  const bool found = co_await add_peers();
  if (config_.text && !peers_.targets().empty()) code = co_await send_once();
  if (config_.text && config_.count && code == chat_exit::ok) code = co_await hear_enough();
  if (!found && code == chat_exit::ok) code = chat_exit::undelivered;
  if (!config_.text) code = co_await serve_user();
  end(code);
}

task<chat_exit> session::send_once() {
  said only{++last_id_, peers_.targets(), *config_.text};
  ++unsent_;
  const bool has_receipts = config_.mode != chat_mode::plain;
  watch_.emplace(only.id, only.to, has_receipts ? delivery_watch::proof::delivered : delivery_watch::proof::sent);
  reporter_.announce(only.id, only.text);
  co_await lines_.put(std::move(only));
  auto settled = [this]() -> task<> {
    while (!watch_->has_arrived() && !watch_->has_failed()) {
      news_.clear();
      co_await news_.wait();
    }
  };
  if (has_receipts) {
    const auto limit = config_.wait.value_or(receipt_limit);
    co_await move_on_after(limit, settled);
    co_return watch_->has_arrived() ? chat_exit::ok : chat_exit::undelivered;
  }
  co_await settled();
  if (config_.count) co_return watch_->has_failed() ? chat_exit::undelivered : chat_exit::ok;
  // The kernel has it; whether the port is open is known a little later.
  auto failed = [this]() -> task<> {
    while (!watch_->has_failed()) {
      news_.clear();
      co_await news_.wait();
    }
  };
  if (config_.wait) co_await move_on_after(*config_.wait, failed);
  co_return watch_->has_failed() ? chat_exit::undelivered : chat_exit::ok;
}

/// As many messages as --count wants, within --wait; what was sent must not fail meanwhile.
task<chat_exit> session::hear_enough() {
  auto enough = [this]() -> task<> {
    while (heard_ < *config_.count && !(watch_ && watch_->has_failed())) {
      news_.clear();
      co_await news_.wait();
    }
  };
  if (config_.wait) {
    co_await move_on_after(*config_.wait, enough);
  } else {
    co_await enough();
  }
  const bool is_enough = heard_ >= *config_.count && !(watch_ && watch_->has_failed());
  co_return is_enough ? chat_exit::ok : chat_exit::undelivered;
}

task<> session::count_messages() {
  const auto code = co_await hear_enough();
  end(code);
}

task<chat_exit> session::serve_user() {
  input_queue input(16);
  const bool has_screen = app::is_screen(STDIN_FILENO) && app::is_screen(STDOUT_FILENO) && !config_.json;
  if (has_screen) {
    co_await reporter_.flush();
    auto completing = [this](std::string_view typed) { return complete(typed); };
    screen_ = std::make_unique<chat_screen>(input_thread_, reporter_.data(), completing);
    reporter_.set_screen(screen_.get());
  }
  auto body = [&](task_group& group) -> task<chat_exit> {
    auto reading = [&]() -> task<> {
      if (screen_) {
        co_await screen_->run(input);
      } else {
        co_await read_lines(STDIN_FILENO, input_thread_, input);
      }
    };
    auto reader = co_await group.spawn(reading);
    const bool is_terminal = ::isatty(STDIN_FILENO) == 1;
    // Where peers appear by themselves there is nobody to ask for.
    if (is_terminal && config_.peers.empty() && !config_.discovers) co_await ask_for_peer(input);
    auto code = chat_exit::ok;
    for (bool goes_on = true; goes_on;) {
      auto given = co_await input.get();
      if (given.what == user_input::kind::interrupt) code = chat_exit::interrupted;
      if (given.what == user_input::kind::line) {
        if (is_terminal) {
          goes_on = co_await perform(given.text);
        } else {
          co_await say(std::move(given.text));
        }
      } else {
        goes_on = false;
        // The end of a pipe ends what is sent, not what is received.
        if (!is_terminal) co_await sleep_until(time_point::max());
      }
    }
    reader.kill();
    co_return code;
  };
  co_return co_await scope(body);
}

task<> session::say(std::string text) {
  if (text.find_first_not_of("\r\n") == std::string::npos) co_return;
  said next{0, peers_.targets(), std::move(text)};
  if (next.to.empty()) {
    note(nobody_to_talk_to);
    co_return;
  }
  next.id = ++last_id_;
  ++unsent_;
  reporter_.announce(next.id, next.text);
  co_await lines_.put(std::move(next));
}

/// Waits until none of them has more to take than it can.
task<> session::wait_for_room(const std::vector<endpoint>& peers) {
  const auto is_crowded = [this](const endpoint& one) { return mode_->backlog(one) > protocol::crowded; };
  while (std::ranges::any_of(peers, is_crowded)) {
    news_.clear();
    co_await news_.wait();
  }
}

/// Hands the lines to the mode, no faster than the rate and than it takes them.
task<> session::pace() {
  for (;;) {
    auto next = co_await lines_.get();
    for (auto now = this_loop().now(); !pace_.take(now); now = this_loop().now()) {
      co_await sleep_until(pace_.ready_at(now));
    }
    co_await wait_for_room(next.to);
    for (const auto& to : next.to) {
      if (auto* known = peers_.find(to)) ++known->sent;
      mode_->send(next.id, to, next.text, this_loop().now());
      if (config_.mode != chat_mode::plain) ++unconfirmed_;
    }
    --unsent_;
    pump();
    // The other modes tell at once that it went out.
    if (config_.mode == chat_mode::secure) reporter_.show_waiting(next.id);
    output_.set();
  }
}

}  // namespace weft::chat_app
