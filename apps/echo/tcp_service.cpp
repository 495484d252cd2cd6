#include "echo/tcp_service.hpp"

#include <array>
#include <boost/system/system_error.hpp>
#include <exception>
#include <span>
#include <utility>

#include <weft/base/scope_exit.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/tls/connect.hpp>

namespace weft::echo_app {
namespace {

constexpr std::size_t small_buffer = 512;
constexpr std::size_t large_buffer = 64 * 1024;
constexpr std::size_t most_spare = 16;
constexpr int looks_until_idle = 4;

/// A peer that goes away, or was closed as idle, is no one's failure.
bool is_departure(const std::exception& failure) {
  if (const auto* tls_failure = dynamic_cast<const tls::error*>(&failure)) {
    const tls::error_kind kind = tls_failure->kind();
    return kind == tls::error_kind::truncated || kind == tls::error_kind::protocol || kind == tls::error_kind::alert;
  }
  const auto* error = dynamic_cast<const boost::system::system_error*>(&failure);
  if (error == nullptr) return false;
  const auto code = error->code();
  return code == boost::asio::error::connection_reset || code == boost::asio::error::broken_pipe ||
         code == boost::asio::error::operation_aborted || code == boost::asio::error::timed_out;
}

}  // namespace

class tcp_service::visitor : public weft::detail::fifo_hook {
 public:
  template <class Stream>
  visitor(tcp_service& of, Stream& stream)
      : of_(of), stream_(&stream), close_([](void* which) noexcept { static_cast<Stream*>(which)->close(); }) {
    of_.visitors_.push_back(*this);
    count(of_.counters_.connections);
    count(of_.counters_.open_connections);
  }
  visitor(const visitor&) = delete;
  visitor& operator=(const visitor&) = delete;
  ~visitor() {
    of_.visitors_.erase(*this);
    of_.counters_.open_connections.fetch_sub(1, std::memory_order_relaxed);
  }

  void moved(std::size_t bytes) noexcept {
    quiet_looks_ = 0;
    count(of_.counters_.bytes, bytes);
  }
  void look() noexcept {
    if (++quiet_looks_ != looks_until_idle) return;
    count(of_.counters_.idle_closed);
    close_(stream_);
  }

 private:
  tcp_service& of_;
  void* stream_;
  void (*close_)(void*) noexcept;
  int quiet_looks_ = 0;
};

template <class Stream>
task<> tcp_service::echo(Stream stream) {
  visitor self(*this, stream);
  std::array<std::byte, small_buffer> buffer;
  try {
    for (;;) {
      const std::size_t got = co_await stream.read_some(buffer);
      if (got == 0) break;
      co_await stream.write_all(std::span(buffer).first(got));
      self.moved(got);
      if (got == buffer.size()) co_await echo_much(stream, self);
    }
    if constexpr (std::is_same_v<Stream, tls::stream>) co_await stream.shutdown();
  } catch (const std::exception& failure) {
    if (!is_departure(failure)) throw;
  }
}

/// As long as more is there already.
template <class Stream>
task<> tcp_service::echo_much(Stream& stream, visitor& self) {
  auto memory = borrow();
  const auto lent = scope_exit([&] { give_back(std::move(memory)); });
  const std::span<std::byte> buffer(memory.get(), large_buffer);
  while (stream.has_input()) {
    const std::size_t got = co_await stream.read_some(buffer);
    if (got == 0) co_return;  // the end is told again
    co_await stream.write_all(buffer.first(got));
    self.moved(got);
  }
}

task<> tcp_service::close_idle() {
  for (;;) {
    co_await sleep(idle_ / looks_until_idle);
    for (auto* each = visitors_.front(); each != nullptr;) {
      auto* const next = visitors_.after(*each);
      each->look();
      each = next;
    }
  }
}

std::unique_ptr<std::byte[]> tcp_service::borrow() {
  if (spare_.empty()) return std::unique_ptr<std::byte[]>(new std::byte[large_buffer]);
  auto buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void tcp_service::give_back(std::unique_ptr<std::byte[]> buffer) {
  if (spare_.size() < most_spare) spare_.push_back(std::move(buffer));
}

task<> tcp_service::run(net::listener source, net::serve_options options, std::optional<tls::context> tls) {
  auto body = [&](task_group& group) -> task<> {
    group.spawn([this] { return close_idle(); });
    if (tls) {
      tls::serve_options secure;
      secure.net = options;
      auto handler = [this](tls::stream stream) { return echo(std::move(stream)); };
      co_await tls::serve(std::move(source), *tls, handler, secure);
    } else {
      auto handler = [this](net::tcp_socket socket) { return echo(std::move(socket)); };
      co_await net::serve(std::move(source), handler, options);
    }
  };
  co_await scope(body);
}

}  // namespace weft::echo_app
