#include <weft/tls/stream.hpp>

#include <weft/core/cancel_scope.hpp>
#include <weft/core/sleep.hpp>
#include <weft/net/read_until.hpp>
#include <weft/tls/stream_state.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cassert>
#include <cerrno>
#include <exception>
#include <utility>

namespace weft::tls {

stream::state::state(context from, std::string name)
    : settings(std::move(from)),
      label("TLS connection with '" + name + "'"),
      ssl(context_access::of(settings).make_connection()) {
  ::SSL_set_ex_data(ssl.get(), session_owner_index(), &owner);
}

stream::state::state(net::tcp_socket over, context from, std::string name) : state(std::move(from), std::move(name)) {
  beneath.emplace(std::move(over)).attach(ssl.get());
}

stream::state::state(std::unique_ptr<transport> over, context from, std::string name)
    : state(std::move(from), std::move(name)) {
  beneath.emplace(std::move(over)).attach(ssl.get());
}

stream::state::~state() {
  // Without this, OpenSSL takes a connection that just ends for an attack and makes its session unusable.
  ::SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void stream::state::keep_failure(int ssl_error, int system_error) noexcept {
  broken = true;
  try {
    throw_ssl_failure(ssl.get(), ssl_error, system_error, label);
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
}

bool stream::state::count_record() noexcept {
  // A peer that is always ready must not hold the loop: after so many records the others get a turn.
  constexpr unsigned records_per_turn = 32;
  uninterrupted = (uninterrupted + 1) % records_per_turn;
  return uninterrupted == 0;
}

stream::stream(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;
stream::~stream() = default;

task<std::size_t> stream::read_some(net::mutable_bytes buffer) {
  state& self = *state_;
  if (buffer.empty()) co_return 0;
  const bool turn_over = self.count_record();
  if (turn_over) co_await yield();
  std::size_t got = 0;
  auto read = [buffer, &got](SSL* ssl) { return ::SSL_read_ex(ssl, buffer.data(), buffer.size(), &got); };
  const bool more = co_await self.complete(read, output::later);
  co_return more ? got : 0;
}

task<std::size_t> stream::read_exactly(net::mutable_bytes buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t got = co_await read_some(buffer.span().subspan(filled));
    if (got == 0) throw boost::system::system_error(boost::asio::error::eof, "stream ended before its time");
    filled += got;
  }
  co_return filled;
}

task<std::size_t> stream::read_until(std::string& text, std::string delimiter, std::size_t limit) {
  return net::detail::read_until(*this, text, std::move(delimiter), limit);
}

task<std::size_t> stream::write_all(net::const_bytes buffer) {
  state& self = *state_;
  if (self.write_cut_short) throw error(error_kind::protocol, self.label + ": an earlier write was cut short");
  std::size_t sent = 0;
  self.write_cut_short = true;
  while (sent < buffer.size()) {
    const bool turn_over = self.count_record();
    if (turn_over) co_await yield();
    const auto rest = buffer.span().subspan(sent);
    std::size_t taken = 0;
    auto write = [rest, &taken](SSL* ssl) { return ::SSL_write_ex(ssl, rest.data(), rest.size(), &taken); };
    const bool open = co_await self.complete(write);
    if (!open) throw error(error_kind::truncated, self.label + ": the stream was ended before");
    sent += taken;
  }
  self.write_cut_short = false;
  co_return sent;
}

task<> stream::wait_readable() {
  net::tcp_socket* const socket = state_->beneath->socket();
  // What OpenSSL holds may be less than a record: only looking tells.
  const bool holds_some = socket == nullptr || ::SSL_has_pending(state_->ssl.get()) == 1;
  const bool ready = state_->broken || (holds_some && has_input());
  if (ready) {
    co_await yield();
  } else if (socket != nullptr) {
    co_await socket->wait_readable();
  } else {
    co_await state_->beneath->receive();
  }
}

bool stream::has_input() noexcept {
  if (state_->broken) return true;
  ::ERR_clear_error();
  char byte = 0;
  std::size_t got = 0;
  SSL* const ssl = state_->ssl.get();
  errno = 0;
  const int result = ::SSL_peek_ex(ssl, &byte, 1, &got);
  const int system_error = errno;
  if (result == 1) return true;
  const int why = ::SSL_get_error(ssl, result);
  if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL) state_->keep_failure(why, system_error);
  return why != SSL_ERROR_WANT_READ;
}

task<> stream::shutdown(duration budget) {
  state& self = *state_;
  if (self.broken || self.write_cut_short || !is_open()) {
    close();
    co_return;
  }
  std::exception_ptr interrupted;
  {
    deadline_scope limit(deadline_after(budget));
    try {
      std::array<char, 4096> ignored{};
      // 0 is "sent, and the peer's is still to come", which reading finds.
      auto say = [](SSL* ssl) {
        const int result = ::SSL_shutdown(ssl);
        return result == 0 ? 1 : result;
      };
      auto discard = [&ignored](SSL* ssl) {
        std::size_t got = 0;
        return ::SSL_read_ex(ssl, ignored.data(), ignored.size(), &got);
      };
      co_await self.complete(say);
      for (bool more = true; more;) {
        more = co_await self.complete(discard);
        co_await yield();
      }
    } catch (const cancelled&) {
      if (!limit.was_hit()) interrupted = std::current_exception();
    } catch (const std::exception&) {
      // A peer that does not answer in kind is nothing that the caller could act on: the stream ends either way.
    }
  }
  close();
  if (interrupted) std::rethrow_exception(interrupted);
}

void stream::close() noexcept {
  if (!is_open()) return;
  if (!state_->broken && !state_->write_cut_short) {
    ::ERR_clear_error();
    ::SSL_shutdown(state_->ssl.get());
    ::ERR_clear_error();
  }
  state_->broken = true;
  state_->beneath->close();
}

bool stream::is_open() const noexcept { return state_ && state_->beneath->is_open(); }

bool stream::resumed() const noexcept { return ::SSL_session_reused(state_->ssl.get()) == 1; }

std::string_view stream::version() const noexcept { return ::SSL_get_version(state_->ssl.get()); }

std::string_view stream::cipher() const noexcept { return ::SSL_get_cipher_name(state_->ssl.get()); }

std::string_view stream::alpn() const noexcept {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  ::SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string_view stream::server_name() const noexcept {
  const char* name = ::SSL_get_servername(state_->ssl.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : std::string_view();
}

net::tcp_socket& stream::socket() noexcept {
  assert(state_->beneath->socket() != nullptr && "stream::socket() of a stream over something else");
  return *state_->beneath->socket();
}

}  // namespace weft::tls
