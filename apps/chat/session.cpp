#include "chat/session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <utility>

#include <weft/base/error.hpp>
#include <weft/core/cancelled.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>

#include "chat/visible_text.hpp"
#include "common/display_text.hpp"
#include "common/units.hpp"

namespace weft::chat_app {
namespace {

constexpr duration farewell_limit = std::chrono::seconds(1);
constexpr duration longest_nap = std::chrono::hours(1);
constexpr duration output_interval = std::chrono::milliseconds(5);
constexpr std::size_t receive_buffer = 1 << 20;
constexpr std::size_t longest_wire = 10'000;

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
  if (!settings.notify.empty()) notifier_.emplace(settings.notify);
  make_mode();
}

task<chat_exit> session::run() {
  auto code = chat_exit::bind;
  std::exception_ptr thrown;
  try {
    if (bind()) {
      listen_for_files();
      if (socket_) note("listening on " + to_text(socket_->local_endpoint()));
      if (socket_) join_groups();
    }
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
    if (!config_.interface.empty()) use_interface();
  } catch (const boost::system::system_error& error) {
    socket_.reset();
    reporter_.tell({.type = event_type::notice, .text = app::plain_message(error.what())});
    return false;
  }
  socket_->on_peer_error([this](const net::udp_peer_error& error) {
    mode_->unreachable(error.peer, reason(error.error), this_loop().now());
    pump();
  });
  return true;
}

/// Neither takes nor gives anything by another one.
void session::use_interface() {
  const auto& name = config_.interface;
  const auto size = static_cast<socklen_t>(name.size());
  if (::setsockopt(socket_->native_handle(), SOL_SOCKET, SO_BINDTODEVICE, name.data(), size) != 0)
    throw_errno(errno, "cannot use the interface '" + visible_word(name) + "'");
}

/// Goodbyes, and what is pending for the screen.
task<> session::say_farewell() {
  if (unsent_ > 0) note(std::to_string(unsent_) + (unsent_ == 1 ? " line was" : " lines were") + " not sent");
  if (unconfirmed_ > 0) note("what became of " + std::to_string(unconfirmed_) + " more is not known");
  if (socket_ && config_.stats) show_stats();
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
  if (notifier_) co_await notify(&notifier::finish);
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
    if (notifier_) helpers.push_back(co_await group.spawn([this] { return notify(&notifier::run); }));
    if (config_.count && !config_.text) helpers.push_back(co_await group.spawn([this] { return count_messages(); }));
    if (file_listener_) helpers.push_back(co_await group.spawn([this] { return give_files(); }));
    if (taker_) helpers.push_back(co_await group.spawn([this] { return take_files(); }));
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

/// What the mode has to say goes where it belongs.
void session::pump() {
  for (auto& datagram : mode_->take_outgoing()) static_cast<void>(wire_.try_put(std::move(datagram)));
  for (auto& event : mode_->take_events()) hear(std::move(event));
  clock_changed_.set();
  news_.set();
}

/// Lines go to a peer once, whatever it is called.
void session::hear_same(const chat_event& event) {
  if (event.id != 0) {
    if (unconfirmed_ > 0) --unconfirmed_;
    return;
  }
  peers_.unite(*event.peer, *event.same_as);
  if (watch_) watch_->unite(*event.peer, *event.same_as);
  reporter_.tell(event);
  output_.set();
}

void session::hear(chat_event event) {
  if (event.type == event_type::same) return hear_same(event);
  if (watch_) watch_->note(event);
  const bool is_fate = event.type == event_type::delivered || event.type == event_type::failed;
  if (is_fate && unconfirmed_ > 0) --unconfirmed_;
  if (event.peer && is_too_much(event)) return;
  const auto refusal = event.type == event_type::refused ? std::optional(event) : std::nullopt;
  if (event.type == event_type::offer && taker_) {
    const auto number = taker_->add_offer(*event.peer, *event.file);
    event.text = (event.file->is_folder ? "folder " : "file ") + std::to_string(number) + ": " + event.file->name;
    // Some tell no size of folders.
    const bool has_size = !event.file->is_folder || event.file->size > 0;
    if (has_size) event.text += " (" + app::size_text(event.file->size) + ")";
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
  if (event.type == event_type::message) {
    ++heard_;
    if (notifier_) notifier_->add(event);
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
    if (blocked_.contains(got.endpoint.address())) continue;
    // What would be answered with more than goes out is lost, as if it had found the buffer full.
    if (wire_.size() > longest_wire) continue;
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
      if (datagram.interface != 0) socket_->set_multicast_interface(datagram.interface);
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

/// A command that cannot be started is told once, and then let be.
task<> session::notify(task<> (notifier::*job)()) {
  std::string trouble;
  try {
    co_await ((*notifier_).*job)();
  } catch (const boost::system::system_error& error) {
    trouble = app::plain_message(error.what());
  }
  if (trouble.empty()) co_return;
  notifier_.reset();
  note(trouble);
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
