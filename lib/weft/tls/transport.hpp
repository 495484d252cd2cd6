#pragma once

#include <weft/core/task.hpp>
#include <weft/net/buffer.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::tls {

/// What TLS runs over where that is no TCP socket: any stream of bytes.
///
/// Lifetime: as for the streams of net/: not moved or destroyed while an operation on it is awaited.
class transport {
 public:
  virtual ~transport() = default;
  /// 0 at the end of the stream.
  virtual task<std::size_t> read_some(net::mutable_bytes buffer) = 0;
  virtual task<std::size_t> write_all(net::const_bytes buffer) = 0;
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual bool is_open() const noexcept = 0;

 protected:
  transport() = default;
  transport(const transport&) = default;
  transport& operator=(const transport&) = default;
};

namespace detail {

template <class Stream>
class transport_over final : public transport {
 public:
  explicit transport_over(Stream stream) : stream_(std::move(stream)) {}

  task<std::size_t> read_some(net::mutable_bytes buffer) override { co_return co_await stream_.read_some(buffer); }
  task<std::size_t> write_all(net::const_bytes buffer) override { co_return co_await stream_.write_all(buffer); }
  void close() noexcept override { stream_.close(); }
  [[nodiscard]] bool is_open() const noexcept override { return stream_.is_open(); }

 private:
  Stream stream_;
};

}  // namespace detail

/// Makes a transport of a stream, which it takes over.
template <class Stream>
[[nodiscard]] std::unique_ptr<transport> make_transport(Stream stream) {
  return std::make_unique<detail::transport_over<Stream>>(std::move(stream));
}

}  // namespace weft::tls
