#include "echo/client.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include <weft/core/cancelled.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/tls/connect.hpp>

#include "common/text_sink.hpp"
#include "echo/connecting.hpp"
#include "echo/histogram.hpp"
#include "echo/messages.hpp"

namespace weft::echo_app {
namespace {

double milliseconds(duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

template <class... Values>
void print(const char* pattern, Values... values) {
  char line[512];
  const int size = std::snprintf(line, sizeof line, pattern, values...);
  app::write_fully(STDOUT_FILENO, {line, static_cast<std::size_t>(std::min<int>(size, sizeof line - 1))},
                   "standard output");
}

/// What became of the probes.
class probe_log {
 public:
  explicit probe_log(std::string server) : server_(std::move(server)) {}

  void sent() { ++sent_; }
  void answered(std::uint64_t number, std::size_t size, duration time) {
    ++answered_;
    least_ = std::min(least_, time);
    times_.add(time.count());
    print("%zu bytes from %s: number %llu, %.3f ms\n", size, server_.c_str(), static_cast<unsigned long long>(number),
          milliseconds(time));
  }
  void silent(std::uint64_t number) {
    print("no answer from %s: number %llu\n", server_.c_str(), static_cast<unsigned long long>(number));
  }
  void wrong(std::uint64_t number) {
    ++wrong_;
    print("wrong answer from %s: number %llu\n", server_.c_str(), static_cast<unsigned long long>(number));
  }
  void summarise() const {
    const auto lost = sent_ - std::min(sent_, answered_ + wrong_);
    print("%llu sent, %llu answered, %llu wrong, %llu lost (%.0f %%)\n", static_cast<unsigned long long>(sent_),
          static_cast<unsigned long long>(answered_), static_cast<unsigned long long>(wrong_),
          static_cast<unsigned long long>(lost),
          sent_ == 0 ? 0.0 : 100.0 * static_cast<double>(lost) / static_cast<double>(sent_));
    if (answered_ == 0) return;
    print("round trip: least %.3f ms, mean %.3f ms, most %.3f ms\n", milliseconds(least_), times_.mean() * 1e-6,
          static_cast<double>(times_.largest()) * 1e-6);
  }
  [[nodiscard]] app::exit_code code() const {
    if (wrong_ > 0) return app::exit_code::integrity;
    return answered_ == 0 ? app::exit_code::network : app::exit_code::ok;
  }

 private:
  std::string server_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t wrong_ = 0;
  duration least_ = duration::max();
  histogram times_;
};

enum class answer { right, wrong };

/// Probes over a stream: the answers come in order.
template <class Stream>
class stream_probe {
 public:
  stream_probe(Stream stream, const messages& texts)
      : stream_(std::move(stream)), texts_(texts), buffer_(texts.size(), ' ') {}

  task<> send(std::uint64_t number) { co_await stream_.write_all(texts_.bytes_of(number)); }
  task<answer> receive(std::uint64_t number) {
    co_await stream_.read_exactly(buffer_);
    co_return texts_.matches(number, 0, buffer_) ? answer::right : answer::wrong;
  }
  static constexpr bool goes_on_after_silence = false;

 private:
  Stream stream_;
  const messages& texts_;
  std::string buffer_;
};

/// Probes as datagrams: late answers to earlier ones are passed over.
class datagram_probe {
 public:
  datagram_probe(net::udp_endpoint peer, const messages& texts)
      : peer_(std::move(peer)),
        socket_(net::udp_bind(net::udp_endpoint(peer_.protocol(), 0))),
        texts_(texts),
        text_(texts.size(), ' '),
        buffer_(texts.size() + 1, ' ') {
    socket_.connect(peer_);
  }

  task<> send(std::uint64_t number) {
    text_ = text_of(number);
    co_await socket_.send_to(text_, peer_);
  }
  task<answer> receive(std::uint64_t number) {
    for (;;) {
      const auto got = co_await socket_.receive_from(buffer_);
      const std::string_view came(buffer_.data(), got.size);
      if (came == text_of(number)) co_return answer::right;
      if (!is_earlier(came, number)) co_return answer::wrong;
    }
  }
  static constexpr bool goes_on_after_silence = true;

 private:
  [[nodiscard]] std::string text_of(std::uint64_t number) const {
    const auto bytes = texts_.bytes_of(number);
    std::string text(bytes.begin(), bytes.end());
    std::memcpy(text.data(), &number, std::min(text.size(), sizeof number));
    return text;
  }
  [[nodiscard]] bool is_earlier(std::string_view came, std::uint64_t number) const {
    std::uint64_t of = 0;
    if (came.size() != texts_.size() || came.size() < sizeof of) return false;
    std::memcpy(&of, came.data(), sizeof of);
    return of < number && came == text_of(of);
  }

  net::udp_endpoint peer_;
  net::udp_socket socket_;
  const messages& texts_;
  std::string text_;
  std::string buffer_;
};

template <class Probe>
task<> probe(Probe& to, const client_config& settings, probe_log& log) {
  for (std::uint64_t number = 1; number <= settings.count.value_or(UINT64_MAX); ++number) {
    const time_point begun = this_loop().now();
    log.sent();
    auto ask = [&]() -> task<answer> {
      co_await to.send(number);
      co_return co_await to.receive(number);
    };
    const std::optional<answer> got = co_await move_on_after(settings.timeout, ask);
    const duration took = this_loop().now() - begun;
    if (!got) {
      log.silent(number);
      if (!Probe::goes_on_after_silence) co_return;
    } else if (*got == answer::wrong) {
      log.wrong(number);
      if (!Probe::goes_on_after_silence) co_return;
    } else {
      log.answered(number, settings.size, took);
    }
    if (number != settings.count) co_await sleep_until(begun + settings.interval);
  }
}

/// The summary is printed also where the probing is interrupted.
template <class Probe>
task<app::exit_code> probe_and_tell(Probe to, const client_config& settings) {
  const std::string& host = settings.target.host;
  const bool needs_brackets = host.find(':') != std::string::npos && !host.starts_with('[');
  probe_log log((needs_brackets ? "[" + host + "]" : host) + ":" + settings.target.port);
  std::exception_ptr interrupted;
  try {
    co_await probe(to, settings, log);
  } catch (const cancelled&) {
    interrupted = std::current_exception();
  } catch (const boost::system::system_error& error) {
    print("the connection failed: %s\n", error.code().message().c_str());
  }
  log.summarise();
  if (interrupted) std::rethrow_exception(interrupted);
  co_return log.code();
}

task<app::exit_code> send_probes(const client_config& settings) {
  const messages texts(settings.size);
  const target_config& target = settings.target;
  if (target.udp) {
    const auto peer = co_await find_datagram_peer(target);
    co_return co_await probe_and_tell(datagram_probe(peer, texts), settings);
  }
  if (target.tls) {
    auto stream = co_await tls::connect(target.host, target.port, tls_options(target));
    co_return co_await probe_and_tell(stream_probe<tls::stream>(std::move(stream), texts), settings);
  }
  auto socket = co_await net::connect(target.host, target.port);
  co_return co_await probe_and_tell(stream_probe<net::tcp_socket>(std::move(socket), texts), settings);
}

}  // namespace

task<app::exit_code> run_client(const client_config& settings) {
  return settings.probes ? send_probes(settings) : send_standard_input(settings);
}

}  // namespace weft::echo_app
