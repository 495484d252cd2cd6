#include <weft/testkit/memory_stream.hpp>

#include <weft/core/this_task.hpp>
#include <weft/net/read_until.hpp>
#include <weft/sync/event.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace weft::testkit {

namespace {

[[noreturn]] void fail(boost::system::error_code error, const char* what) {
  throw boost::system::system_error(error, what);
}

}  // namespace

/// One direction.
///
/// Invariants: at most `capacity` bytes are kept; an event is set when what its waiter waits for may have changed.
class memory_stream::pipe {
 public:
  explicit pipe(std::size_t capacity) : capacity_(capacity) { bytes_.reserve(capacity); }

  task<std::size_t> read(net::mutable_bytes into) {
    for (;;) {
      this_task::check();
      if (reader_gone_) fail(boost::asio::error::operation_aborted, "memory stream: closed while it was read");
      if (!bytes_.empty() || writer_ended_ || into.empty()) co_return take(into);
      readable_.clear();
      co_await readable_.wait();
    }
  }

  task<std::size_t> write(net::const_bytes from) {
    std::size_t sent = 0;
    for (;;) {
      this_task::check();
      if (writer_gone_) fail(boost::asio::error::operation_aborted, "memory stream: closed while it was written");
      if (writer_ended_ || reader_gone_) fail(boost::asio::error::broken_pipe, "memory stream: cannot write");
      sent += put(from.span().subspan(sent));
      if (sent == from.size()) co_return sent;
      writable_.clear();
      co_await writable_.wait();
    }
  }

  void end_writing() noexcept {
    writer_ended_ = true;
    readable_.set();
    writable_.set();
  }
  void close_writer() noexcept {
    writer_gone_ = true;
    end_writing();
  }
  void close_reader() noexcept {
    reader_gone_ = true;
    readable_.set();
    writable_.set();
  }

 private:
  std::size_t take(net::mutable_bytes into) noexcept {
    const std::size_t size = std::min(into.size(), bytes_.size());
    if (size > 0) std::memcpy(into.data(), bytes_.data(), size);
    bytes_.erase(0, size);
    writable_.set();
    return size;
  }
  std::size_t put(std::span<const std::byte> from) {
    const std::size_t size = std::min(from.size(), capacity_ - bytes_.size());
    bytes_.append(reinterpret_cast<const char*>(from.data()), size);
    if (size > 0) readable_.set();
    return size;
  }

  std::size_t capacity_;
  std::string bytes_;
  bool writer_ended_ = false;
  bool writer_gone_ = false;
  bool reader_gone_ = false;
  event readable_{"memory stream, readable"};
  event writable_{"memory stream, writable"};
};

memory_stream& memory_stream::operator=(memory_stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  in_ = std::move(other.in_);
  out_ = std::move(other.out_);
  return *this;
}

task<std::size_t> memory_stream::read_some(net::mutable_bytes buffer) {
  const std::shared_ptr<pipe> from = in_;
  if (!from) fail(boost::asio::error::bad_descriptor, "memory stream: cannot read");
  co_return co_await from->read(buffer);
}

task<std::size_t> memory_stream::read_exactly(net::mutable_bytes buffer) {
  std::size_t got = 0;
  while (got < buffer.size()) {
    const std::size_t more = co_await read_some(buffer.span().subspan(got));
    if (more == 0) fail(boost::asio::error::eof, "memory stream: ended too early");
    got += more;
  }
  co_return got;
}

task<std::size_t> memory_stream::read_until(std::string& text, std::string delimiter, std::size_t limit) {
  return net::detail::read_until(*this, text, std::move(delimiter), limit);
}

task<std::size_t> memory_stream::write_all(net::const_bytes buffer) {
  const std::shared_ptr<pipe> to = out_;
  if (!to) fail(boost::asio::error::bad_descriptor, "memory stream: cannot write");
  co_return co_await to->write(buffer);
}

task<std::size_t> memory_stream::write_each(std::vector<net::const_bytes> buffers) {
  std::size_t sent = 0;
  for (const net::const_bytes& each : buffers) sent += co_await write_all(each);
  co_return sent;
}

void memory_stream::shutdown_write() noexcept {
  if (out_) out_->end_writing();
}

void memory_stream::close() noexcept {
  if (!in_) return;
  in_->close_reader();
  out_->close_writer();
  in_.reset();
  out_.reset();
}

std::pair<memory_stream, memory_stream> memory_streams(std::size_t capacity) {
  if (capacity == 0) throw std::invalid_argument("memory_streams: no room for a byte");
  auto there = std::make_shared<memory_stream::pipe>(capacity);
  auto back = std::make_shared<memory_stream::pipe>(capacity);
  return {memory_stream(back, there), memory_stream(there, back)};
}

}  // namespace weft::testkit
