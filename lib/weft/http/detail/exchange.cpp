#include <weft/http/detail/exchange.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/core/asio.hpp>
#include <weft/core/cancel_scope.hpp>
#include <weft/http/detail/client_state.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::http::detail {
namespace {

constexpr int max_interim = 8;

std::string_view text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t slow_wanted(const slow_limit& slow) noexcept {
  return slow.bytes_per_second * static_cast<std::uint64_t>(slow.over / std::chrono::milliseconds(1)) / 1000;
}

}  // namespace

void byte_buffer::grow(std::size_t size, std::size_t used) {
  byte_buffer larger(size);
  std::memcpy(larger.bytes_.get(), bytes_.get(), used);
  *this = std::move(larger);
}

void exchange::reset() noexcept {
  connection_.close();
  owner.reset();
  address.reset();
  times = {};
  deadline = time_point::max();
  attempts = redirects = 0;
  reused = answered = extra_ = false;
  sent = request_progress::none;
  tls_version.clear();
  received = left_ = slow_received_ = 0;
  begin_ = end_ = 0;
  decoder_.reset();
  decoded_.reset();
  failure_.reset();
  phase_ = error_phase::send;
}

task<> exchange::run(lease connection, std::string_view method) {
  connection_ = std::move(connection);
  gate_.reset();
  answered = extra_ = false;
  sent = request_progress::none;
  begin_ = end_ = 0;
  scope_exit drop([&] { connection_.close(); });
  phase_ = error_phase::send;
  co_await send_request();
  sent = request_progress::all;
  times.sent = now() - started;
  phase_ = error_phase::first_byte;
  co_await read_head(method);
  drop.release();
}

task<> exchange::send_request() {
  connection& stream = *connection_.get();
  std::string_view rest = request_text;
  rest.remove_prefix(stream.try_send(rest));
  if (rest.size() < request_text.size()) sent = request_progress::partial;
  if (rest.empty()) co_return;
  std::exception_ptr thrown;
  deadline_scope limit(phase_deadline());
  try {
    sent = request_progress::partial;
    if (net::tcp_socket* const socket = stream.plain()) {
      co_await socket->write_all(rest);
    } else {
      co_await stream.secure()->write_all(rest);
    }
    co_return;
  } catch (const cancelled&) {
    if (!limit.was_hit()) throw;
  } catch (const std::exception&) {
    thrown = std::current_exception();
  }
  limit.leave();
  if (!thrown) throw_timeout();
  throw translate_stream_error(thrown, phase_, answered);
}

task<> exchange::read_head(std::string_view method) {
  std::size_t size = 0;  // bytes in the buffer
  int interim = 0;
  std::optional<std::size_t> head_size;
  head_deadline_ = until(owner->options.timeouts.first_byte);
  if (net::tcp_socket* const socket = connection_.get()->plain()) socket->expect_wait();
  while (true) {
    if (size == buffer_.span().size()) buffer_.grow(size * 2, size);
    const std::size_t arrived = co_await receive(buffer_.span().subspan(size));
    if (arrived == 0) {
      if (!answered) throw error(error_kind::closed_before_response, phase_, "connection closed before an answer came");
      throw error(error_kind::closed_before_response, phase_, "connection closed within the head of the answer");
    }
    if (!answered) times.first_byte = now() - started;
    answered = true;
    phase_ = error_phase::head;
    size += arrived;
    while ((head_size = gate_.read(text(buffer_.span().first(size)), head)) && head.status < 200) {
      if (head.status == 101)
        throw error(error_kind::protocol_error, phase_, "server switched protocols without being asked");
      if (++interim > max_interim) throw error(error_kind::protocol_error, phase_, "too many interim answers");
      size = next_interim(*head_size, size);
    }
    if (head_size) break;
  }
  framing = frame_response(method, head);
  begin_body(*head_size, size);
}

/// Moves what follows an interim answer to the front of the buffer; gives its size.
std::size_t exchange::next_interim(std::size_t head_size, std::size_t received_size) {
  const auto bytes = buffer_.span();
  std::memmove(bytes.data(), bytes.data() + head_size, received_size - head_size);
  gate_.rearm();
  return received_size - head_size;
}

time_point exchange::until(const std::optional<duration>& limit) const noexcept {
  return limit ? std::min(deadline, deadline_after(*limit)) : deadline;
}

time_point exchange::phase_deadline() noexcept {
  const timeout_options& limits = owner->options.timeouts;
  if (phase_ == error_phase::send) return until(limits.write);
  if (phase_ != error_phase::body) return head_deadline_;
  if (!limits.slow) return until(limits.body);
  if (slow_received_ >= slow_wanted(*limits.slow)) {
    slow_window_ = now();
    slow_received_ = 0;
  }
  return std::min(until(limits.body), slow_window_ + limits.slow->over);
}

void exchange::throw_timeout() {
  if (now() >= deadline) throw error(error_kind::timeout_total, phase_, "took longer than allowed in all");
  switch (phase_) {
    case error_phase::send: throw error(error_kind::timeout_write, phase_, "timed out while sending the request");
    case error_phase::body: throw error(error_kind::timeout_body, phase_, "body stalled or is too slow");
    default: throw error(error_kind::timeout_first_byte, phase_, "timed out while waiting for the answer");
  }
}

/// Has the slow limit's window ended with enough bytes? Then another one begins.
bool exchange::renew_slow_window() {
  const auto& slow = owner->options.timeouts.slow;
  if (!slow || phase_ != error_phase::body || slow_received_ < slow_wanted(*slow) || now() >= deadline) return false;
  slow_window_ = now();
  slow_received_ = 0;
  return true;
}

task<std::size_t> exchange::receive(std::span<std::byte> into, byte_pipe* through, std::size_t max) {
  connection& stream = *connection_.get();
  std::exception_ptr thrown;
  do {
    deadline_scope patience(phase_deadline());
    try {
      net::tcp_socket* const socket = stream.plain();
      if (through != nullptr) co_return co_await socket->splice_some(*through, max);
      if (socket != nullptr) co_return co_await socket->read_some(into);
      if (phase_ == error_phase::first_byte) co_await stream.secure()->wait_readable();
      co_return co_await stream.secure()->read_some(into);
    } catch (const cancelled&) {
      if (!patience.was_hit()) throw;
    } catch (const std::exception&) {
      thrown = std::current_exception();
    }
  } while (!thrown && renew_slow_window());
  if (!thrown) throw_timeout();
  throw translate_stream_error(thrown, phase_, answered);
}

std::optional<std::uint64_t> exchange::length() const noexcept {
  if (framing.end == body_end::length) return framing.length;
  const auto announced = head.fields.get("content-length");
  if (framing.end != body_end::none || !announced) return std::nullopt;
  return parse_integer<std::uint64_t>(*announced);
}

bool exchange::is_small() const noexcept { return buffer_.span().size() <= buffer_size; }

void exchange::check_failed() const {
  if (failure_) throw *failure_;
}

void exchange::fail(const error& reason) {
  connection_.close();
  failure_.emplace(reason.with(address ? address->str() : std::string_view(), sent));
  throw *failure_;
}

}  // namespace weft::http::detail
