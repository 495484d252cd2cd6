#include "chat/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <weft/core/cancelled.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>

#include "chat/pipe_input.hpp"
#include "common/display_text.hpp"
#include "common/terminal.hpp"
#include "common/units.hpp"

namespace weft::chat_app {
namespace {

constexpr duration farewell_limit = std::chrono::seconds(1);
constexpr duration longest_nap = std::chrono::hours(1);
constexpr duration output_interval = std::chrono::milliseconds(5);
constexpr duration receipt_limit = std::chrono::seconds(10);
constexpr std::size_t receive_buffer = 1 << 20;

std::string reason(const boost::system::error_code& error) {
  if (error == boost::system::errc::connection_refused) return "its port is closed";
  return error.message();
}

}  // namespace

session::session(const config& settings)
    : config_(settings),
      nick_(settings.nick),
      reporter_(settings),
      pace_(settings.rate, settings.burst),
      input_thread_(offload_options{.name = "weft-stdin", .threads = 1}) {
  make_mode();
}

task<chat_exit> session::run() {
  auto code = chat_exit::bind;
  std::exception_ptr thrown;
  try {
    if (bind()) listen_for_files();
    if (socket_) code = co_await talk();
  } catch (const cancelled&) {
    thrown = std::current_exception();
  } catch (const std::exception&) {
    thrown = std::current_exception();
  }
  if (screen_) screen_->close();
  reporter_.set_screen(nullptr);
  auto farewell = [this] { return say_farewell(); };
  auto in_time = [&]() -> task<> { co_await move_on_after(farewell_limit, farewell); };
  co_await shield(2 * farewell_limit, in_time);
  if (thrown) std::rethrow_exception(thrown);
  co_return code;
}

bool session::bind() {
  auto host = config_.listen_host;
  if (host.empty() && config_.addresses == family::v4) host = "0.0.0.0";
  if (host.empty() && config_.addresses == family::v6) host = "::";
  try {
    socket_.emplace(net::udp_bind(host, config_.listen_port, {.broadcast = true, .receive_buffer = receive_buffer}));
  } catch (const boost::system::system_error& error) {
    reporter_.tell({.type = event_type::notice, .text = app::plain_message(error.what())});
    return false;
  }
  socket_->on_peer_error([this](const net::udp_peer_error& error) {
    mode_->unreachable(error.peer, reason(error.error), this_loop().now());
    pump();
  });
  note("listening on " + to_text(socket_->local_endpoint()));
  return true;
}

/// Goodbyes, and what is pending for the screen.
task<> session::say_farewell() {
  if (unsent_ > 0) note(std::to_string(unsent_) + (unsent_ == 1 ? " line was" : " lines were") + " not sent");
  if (unconfirmed_ > 0) note("what became of " + std::to_string(unconfirmed_) + " more is not known");
  if (socket_) {
    mode_->leave(this_loop().now());
    for (const auto& last : mode_->take_outgoing()) {
      try {
        co_await socket_->send_to(last.bytes, last.to);
      } catch (const boost::system::system_error&) {
        continue;  // the peer is not there to be told
      }
    }
  }
  co_await reporter_.flush();
}

task<chat_exit> session::talk() {
  auto body = [this](task_group& group) -> task<chat_exit> {
    std::vector<handle<>> helpers;
    helpers.push_back(co_await group.spawn([this] { return receive(); }));
    helpers.push_back(co_await group.spawn([this] { return transmit(); }));
    helpers.push_back(co_await group.spawn([this] { return pace(); }));
    helpers.push_back(co_await group.spawn([this] { return keep_time(); }));
    helpers.push_back(co_await group.spawn([this] { return keep_output(); }));
    if (file_listener_) helpers.push_back(co_await group.spawn([this] { return give_files(); }));
    if (files_) helpers.push_back(co_await group.spawn([this] { return take_files(); }));
    helpers.push_back(co_await group.spawn([this] { return work(); }));
    co_await ended_.wait();
    for (auto& helper : helpers) helper.kill();
    co_return *code_;
  };
  co_return co_await scope(body);
}

/// The first reason to end is the one that counts.
void session::end(chat_exit code) {
  if (!code_) code_ = code;
  ended_.set();
}

task<> session::work() {
  auto code = chat_exit::undelivered;
  start_mode();
  const bool found = co_await add_peers();
  if (config_.text && !peers_.targets().empty()) code = co_await send_once();
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
        goes_on = is_terminal ? co_await perform(given.text) : true;
        if (!is_terminal) co_await say(std::move(given.text));
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
    note("nobody to talk to: name a peer with /add or /to");
    co_return;
  }
  next.id = ++last_id_;
  ++unsent_;
  reporter_.announce(next.id, next.text);
  co_await lines_.put(std::move(next));
}

/// Hands the lines to the mode, no faster than the rate.
task<> session::pace() {
  for (;;) {
    auto next = co_await lines_.get();
    for (auto now = this_loop().now(); !pace_.take(now); now = this_loop().now()) {
      co_await sleep_until(pace_.ready_at(now));
    }
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

/// What the mode has to say goes where it belongs.
void session::pump() {
  for (auto& datagram : mode_->take_outgoing()) static_cast<void>(wire_.try_put(std::move(datagram)));
  for (auto& event : mode_->take_events()) hear(std::move(event));
  clock_changed_.set();
  news_.set();
}

void session::hear(chat_event event) {
  if (watch_) watch_->note(event);
  const bool is_fate = event.type == event_type::delivered || event.type == event_type::failed;
  if (is_fate && unconfirmed_ > 0) --unconfirmed_;
  if (event.peer && is_too_much(event)) return;
  const auto refusal = event.type == event_type::refused ? std::optional(event) : std::nullopt;
  if (event.type == event_type::offer && files_) {
    const auto number = files_->add_offer(*event.peer, *event.file);
    event.text =
        "file " + std::to_string(number) + ": " + event.file->name + " (" + app::size_text(event.file->size) + ")";
  }
  if (event.peer) {
    const bool comes_from_there =
        event.type == event_type::message || event.type == event_type::joined || event.type == event_type::refused;
    auto* from = comes_from_there ? peers_.heard(*event.peer) : peers_.find(*event.peer);
    if (from != nullptr) {
      const bool has_name = event.type == event_type::joined || event.type == event_type::renamed;
      if (has_name && !event.nick.empty()) from->nick = event.nick;
      if (event.type == event_type::message) ++from->received;
      if (event.type == event_type::message || event.type == event_type::joined) from->is_here = true;
      if (event.type == event_type::left) from->is_here = false;
      if (event.nick.empty()) event.nick = from->nick;
    }
  }
  reporter_.tell(std::move(event));
  if (refusal) hear_refusal(*refusal);
  output_.set();
}

bool session::admit(const endpoint& from) {
  const auto* known = peers_.find(from);
  const bool is_named = known != nullptr && known->is_named;
  const auto now = this_loop().now();
  return is_named ? intake_.admit(from, now) : intake_.admit_stranger(from, now);
}

/// A message that has been acknowledged is shown; others, and the comings and goings of strangers, may be too many.
bool session::is_too_much(const chat_event& event) {
  if (config_.mode == chat_mode::plain) return event.type == event_type::message && !admit(*event.peer);
  if (config_.mode != chat_mode::secure || event.type == event_type::message || event.id != 0) return false;
  const auto* known = peers_.find(*event.peer);
  return (known == nullptr || !known->is_named) && !admit(*event.peer);
}

/// A peer that the user named and that is not who it should be ends everything; a key that is only unknown can be
/// accepted by who sits in front of it.
void session::hear_refusal(const chat_event& event) {
  const auto* known = peers_.find(*event.peer);
  if (known == nullptr || !known->is_named) return;
  const bool may_ask = config_.accept == secure::acceptance::ask && !config_.text && ::isatty(STDIN_FILENO) == 1;
  if (may_ask && !guard_->waiting(*event.peer).empty()) {
    note("/accept " + to_text(*event.peer) + " takes it, if the other side says that its key is this");
  } else {
    end(chat_exit::identity);
  }
}

task<> session::receive() {
  for (;;) {
    const auto got = co_await socket_->receive_from(std::span<std::byte>(buffer_));
    if (got.endpoint.port() == 0 || is_own_echo(got.endpoint)) continue;
    // Dropped before a receipt goes out, so that its sender tries again.
    const bool is_bounded = config_.mode == chat_mode::ipmsg;
    if (is_bounded && !admit(got.endpoint)) {
      clock_changed_.set();
      continue;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(buffer_.data()), got.size);
    mode_->receive(got.endpoint, bytes, this_loop().now());
    pump();
  }
}

task<> session::transmit() {
  for (;;) {
    auto datagram = co_await wire_.get();
    boost::system::error_code failure;
    try {
      co_await socket_->send_to(datagram.bytes, datagram.to);
    } catch (const boost::system::system_error& error) {
      failure = error.code();
    }
    if (failure) {
      mode_->unsent(datagram, failure.message(), this_loop().now());
    } else {
      mode_->handed_over(datagram, this_loop().now());
    }
    pump();
  }
}

task<> session::keep_time() {
  for (;;) {
    clock_changed_.clear();
    const auto now = this_loop().now();
    const auto due = std::min({mode_->deadline(), intake_.next_summary(), now + longest_nap});
    auto changed = [this]() -> task<> { co_await clock_changed_.wait(); };
    if (due > now) {
      co_await move_on_after(due - now, changed);
    } else {
      co_await yield();
    }
    mode_->advance(this_loop().now());
    for (const auto& [from, dropped] : intake_.summary(this_loop().now())) {
      reporter_.tell({.type = event_type::flood,
                      .peer = from,
                      .text = std::to_string(dropped) + (dropped == 1 ? " message" : " messages") + " not shown"});
      output_.set();
    }
    pump();
  }
}

/// Gathers what arrives at about the same time into one write.
task<> session::keep_output() {
  for (;;) {
    output_.clear();
    co_await reporter_.flush();
    co_await output_.wait();
    co_await sleep(output_interval);
  }
}

}  // namespace weft::chat_app
