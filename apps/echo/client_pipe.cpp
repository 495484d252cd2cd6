#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <weft/base/error.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/offload.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/sync/event.hpp>
#include <weft/tls/connect.hpp>

#include "common/text_sink.hpp"
#include "echo/client.hpp"
#include "echo/connecting.hpp"

namespace weft::echo_app {
namespace {

constexpr std::size_t piece_size = 64 * 1024;
constexpr std::size_t most_unanswered = 1 << 20;
constexpr std::size_t datagram_size = 1200;

/// Standard input and output, beside the loop.
class terminal_pipe {
 public:
  /// Empty at the end.
  task<std::string> read(std::size_t most) {
    auto call = [most]() -> std::string {
      std::string piece(most, ' ');
      for (;;) {
        const auto got = ::read(STDIN_FILENO, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno(errno, "cannot read standard input");
        piece.resize(static_cast<std::size_t>(got));
        return piece;
      }
    };
    co_return co_await input_.run_abandonable(call);
  }
  task<> write(std::string piece) {
    auto call = [text = std::move(piece)] { app::write_fully(STDOUT_FILENO, text, "standard output"); };
    co_await output_.run_abandonable(std::move(call));
  }

 private:
  offload input_{{.name = "stdin"}};
  offload output_{{.name = "stdout"}};
};

void tell(std::size_t sent, std::size_t echoed, const char* more) {
  char line[200];
  const int size = std::snprintf(line, sizeof line, "weft-echo: %zu bytes sent, %zu echoed%s\n", sent, echoed, more);
  app::write_fully(STDERR_FILENO, {line, static_cast<std::size_t>(size)}, "standard error");
}

/// Sends standard input over a stream and compares what comes back.
template <class Stream>
class stream_pipe {
 public:
  explicit stream_pipe(Stream stream) : stream_(std::move(stream)) {}

  task<app::exit_code> run() {
    auto body = [this](task_group& group) -> task<> {
      auto sending = co_await group.spawn([this] { return send(); });
      co_await receive();
      sending.kill("nothing comes back any more");  // it may wait for someone to type
    };
    co_await scope(body);
    const bool is_whole = is_sent_ && echoed_ == sent_;
    tell(sent_, echoed_, is_wrong_ ? "; what came back differs" : !is_whole ? "; the server ended the stream" : "");
    if (is_wrong_ || echoed_ < sent_) co_return app::exit_code::integrity;
    co_return is_whole ? app::exit_code::ok : app::exit_code::network;
  }

 private:
  task<> send() {
    for (;;) {
      const std::string piece = co_await terminal_.read(piece_size);
      if (piece.empty()) break;
      while (unanswered_.size() > most_unanswered) {
        less_.clear();
        co_await less_.wait();
      }
      unanswered_ += piece;
      sent_ += piece.size();
      co_await stream_.write_all(piece);
    }
    is_sent_ = true;
    if constexpr (std::is_same_v<Stream, net::tcp_socket>) stream_.shutdown_write();
    if (unanswered_.empty()) stop_reading();
  }
  /// Over TLS there is no half of a stream that could be closed.
  void stop_reading() {
    if constexpr (!std::is_same_v<Stream, net::tcp_socket>) stream_.close();
  }
  task<> receive() {
    std::string buffer(piece_size, ' ');
    while (!is_wrong_ && !(is_sent_ && unanswered_.empty())) {
      std::size_t got = 0;
      try {
        got = co_await stream_.read_some(buffer);
      } catch (const boost::system::system_error&) {
        if (!is_sent_ || !unanswered_.empty()) throw;
      }
      if (got == 0) break;
      const std::string_view came(buffer.data(), got);
      is_wrong_ = !std::string_view(unanswered_).starts_with(came);
      unanswered_.erase(0, got);
      echoed_ += got;
      less_.set();
      co_await terminal_.write(std::string(came));
    }
  }

  Stream stream_;
  terminal_pipe terminal_;
  std::string unanswered_;
  event less_;
  std::size_t sent_ = 0;
  std::size_t echoed_ = 0;
  bool is_sent_ = false;
  bool is_wrong_ = false;
};

/// Datagrams that were given up, and may still come back.
class given_up {
 public:
  void add(std::string piece) {
    constexpr std::size_t most = 100;
    pieces_.push_back(std::move(piece));
    if (pieces_.size() > most) pieces_.pop_front();
  }
  /// Whether `came` is one of them; it is none any more then.
  [[nodiscard]] bool take(std::string_view came) {
    const auto found = std::find(pieces_.begin(), pieces_.end(), came);
    if (found == pieces_.end()) return false;
    pieces_.erase(found);
    return true;
  }

 private:
  std::deque<std::string> pieces_;
};

/// A piece of standard input is a datagram, and the next is sent when it has come back or was given up.
task<app::exit_code> pipe_datagrams(const client_config& settings) {
  const auto peer = co_await find_datagram_peer(settings.target);
  auto socket = net::udp_bind(net::udp_endpoint(peer.protocol(), 0));
  socket.connect(peer);
  terminal_pipe terminal;
  given_up earlier;
  std::size_t sent = 0;
  std::size_t echoed = 0;
  bool wrong = false;
  for (;;) {
    const std::string piece = co_await terminal.read(datagram_size);
    if (piece.empty()) break;
    std::string buffer(datagram_size + 1, ' ');
    auto ask = [&]() -> task<std::size_t> {
      co_await socket.send_to(piece, peer);
      for (;;) {
        const auto got = co_await socket.receive_from(buffer);
        const std::string_view came(buffer.data(), got.size);
        if (came == piece || !earlier.take(came)) co_return got.size;
      }
    };
    sent += piece.size();
    const auto size = co_await move_on_after(settings.timeout, ask);
    if (!size) {
      earlier.add(piece);
      continue;
    }
    buffer.resize(*size);
    wrong = wrong || buffer != piece;
    echoed += buffer.size();
    co_await terminal.write(std::move(buffer));
  }
  tell(sent, echoed, wrong ? "; what came back differs" : "");
  if (wrong) co_return app::exit_code::integrity;
  co_return sent > 0 && echoed == 0 ? app::exit_code::network : app::exit_code::ok;
}

}  // namespace

task<app::exit_code> send_standard_input(const client_config& settings) {
  const target_config& target = settings.target;
  if (target.udp) co_return co_await pipe_datagrams(settings);
  if (target.tls) {
    stream_pipe<tls::stream> pipe(co_await tls::connect(target.host, target.port, tls_options(target)));
    co_return co_await pipe.run();
  }
  stream_pipe<net::tcp_socket> pipe(co_await net::connect(target.host, target.port));
  co_return co_await pipe.run();
}

}  // namespace weft::echo_app
