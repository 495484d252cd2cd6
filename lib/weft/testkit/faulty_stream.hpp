#pragma once

#include <weft/core/task.hpp>
#include <weft/net/buffer.hpp>
#include <weft/net/read_until.hpp>
#include <weft/net/tcp_socket.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft::testkit {

struct faulty_stream_options {
  /// The step, counted from 1, that fails; so does every later one. None: no step fails.
  std::optional<std::size_t> fail_at = {};
  boost::system::error_code error = boost::asio::error::make_error_code(boost::asio::error::connection_reset);
  /// The stream ends for the reader behind so many bytes; none: where it ends.
  std::optional<std::size_t> truncate_at = {};
  /// Most bytes of one step; 1 shows every border to the reader. None: no limit.
  std::optional<std::size_t> piece = {};
};

/// A stream around another one that goes wrong as it is told to. A step is one read_some(), or one piece of a write.
///
///     for (std::size_t step = 1; ; ++step) … faulty_stream(std::move(end), {.fail_at = step})
///
/// Errors: std::invalid_argument for pieces of 0 bytes. Everything else, lifetimes and cancellation among it, is as for the stream inside.
template <class Stream>
class faulty_stream {
 public:
  explicit faulty_stream(Stream inner, faulty_stream_options options = {})
      : inner_(std::move(inner)), options_(options) {
    if (options.piece == 0) throw std::invalid_argument("faulty_stream: pieces of no bytes");
  }

  [[nodiscard]] task<std::size_t> read_some(net::mutable_bytes buffer) {
    take_step();
    const std::size_t left = options_.truncate_at ? *options_.truncate_at - read_ : buffer.size();
    const auto part = buffer.span().first(std::min({buffer.size(), piece(), left}));
    if (part.empty()) co_return 0;
    const std::size_t got = co_await inner_.read_some(part);
    read_ += got;
    co_return got;
  }

  [[nodiscard]] task<std::size_t> read_exactly(net::mutable_bytes buffer) {
    std::size_t got = 0;
    while (got < buffer.size()) {
      const std::size_t more = co_await read_some(buffer.span().subspan(got));
      if (more == 0) throw boost::system::system_error(boost::asio::error::eof, "faulty stream: ended too early");
      got += more;
    }
    co_return got;
  }

  [[nodiscard]] task<std::size_t> read_until(std::string& text, std::string delimiter,
                                             std::size_t limit = net::default_line_limit) {
    return net::detail::read_until(*this, text, std::move(delimiter), limit);
  }

  [[nodiscard]] task<std::size_t> write_all(net::const_bytes buffer) {
    auto left = buffer.span();
    do {
      take_step();
      const auto part = left.first(std::min(left.size(), piece()));
      co_await inner_.write_all(part);
      left = left.subspan(part.size());
    } while (!left.empty());
    co_return buffer.size();
  }

  void shutdown_write() noexcept { inner_.shutdown_write(); }
  void close() noexcept { inner_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return inner_.is_open(); }

  /// Steps taken so far, with the one that failed.
  [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
  [[nodiscard]] Stream& inner() noexcept { return inner_; }

 private:
  [[nodiscard]] std::size_t piece() const noexcept {
    return options_.piece.value_or(std::numeric_limits<std::size_t>::max());
  }
  void take_step() {
    if (++steps_ < options_.fail_at.value_or(std::numeric_limits<std::size_t>::max())) return;
    throw boost::system::system_error(options_.error, "faulty stream: step " + std::to_string(steps_));
  }

  Stream inner_;
  faulty_stream_options options_;
  std::size_t steps_ = 0;
  std::size_t read_ = 0;
};

}  // namespace weft::testkit
