#include <weft/tls/carrier.hpp>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include <sys/socket.h>

namespace weft::tls {

namespace {

constexpr std::size_t piece_size = 16 * 1024;

/// OpenSSL's socket BIO, but for its write(2), which would end the process by SIGPIPE when the peer is gone.
const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    const BIO_METHOD* plain = ::BIO_s_socket();
    BIO_METHOD* made = ::BIO_meth_new(BIO_TYPE_SOCKET, "weft socket");
    if (made == nullptr) throw_configuration("cannot set up a TLS connection");
    ::BIO_meth_set_read(made, ::BIO_meth_get_read(plain));
    ::BIO_meth_set_ctrl(made, ::BIO_meth_get_ctrl(plain));
    ::BIO_meth_set_create(made, ::BIO_meth_get_create(plain));
    ::BIO_meth_set_destroy(made, ::BIO_meth_get_destroy(plain));
    ::BIO_meth_set_write(made, [](BIO* bio, const char* data, int size) {
      int descriptor = -1;
      BIO_get_fd(bio, &descriptor);
      BIO_clear_retry_flags(bio);
      errno = 0;
      const auto sent = static_cast<int>(::send(descriptor, data, static_cast<std::size_t>(size), MSG_NOSIGNAL));
      if (sent <= 0 && ::BIO_sock_should_retry(sent) != 0) BIO_set_retry_write(bio);
      return sent;
    });
    return made;
  }();
  return method;
}

BIO* made(BIO* bio) {
  if (bio == nullptr) throw_configuration("cannot set up a TLS connection");
  return bio;
}

}  // namespace

carrier::carrier(net::tcp_socket socket) : socket_(std::move(socket)) {
  auto& asio = socket_->asio();
  if (!asio.native_non_blocking()) asio.native_non_blocking(true);
}

carrier::carrier(std::unique_ptr<transport> beneath) : beneath_(std::move(beneath)) {}

void carrier::attach(SSL* ssl) {
  if (socket_) {
    in_ = out_ = made(::BIO_new(socket_method()));
    BIO_set_fd(in_, socket_->native_handle(), BIO_NOCLOSE);
  } else {
    openssl_ptr<BIO> in(made(::BIO_new(::BIO_s_mem())));
    out_ = made(::BIO_new(::BIO_s_mem()));
    in_ = in.release();
    BIO_set_mem_eof_return(in_, -1);  // empty is "wait", not the end
    received_.resize(piece_size);
  }
  ::SSL_set_bio(ssl, in_, out_);
}

task<> carrier::receive() {
  const unsigned seen = receptions_;
  const auto only_reader = co_await reading_.lock();
  if (receptions_ != seen) co_return;
  const std::size_t got = co_await beneath_->read_some(received_);
  ++receptions_;
  if (got == 0) {
    BIO_set_mem_eof_return(in_, 0);
  } else {
    ::BIO_write(in_, received_.data(), static_cast<int>(got));
  }
}

bool carrier::has_output() const noexcept { return beneath_ && BIO_pending(out_) > 0; }

task<> carrier::send_output() {
  const auto only_sender = co_await sending_.lock();
  if (send_cut_short_) throw error(error_kind::protocol, "TLS connection: an earlier write was cut short");
  std::array<std::byte, piece_size> piece;
  while (has_output()) {
    const int size = ::BIO_read(out_, piece.data(), static_cast<int>(piece.size()));
    if (size <= 0) break;
    send_cut_short_ = true;
    const auto part = std::span(piece).first(static_cast<std::size_t>(size));
    co_await beneath_->write_all(part);
    send_cut_short_ = false;
  }
}

task<> carrier::send_alert() {
  if (send_cut_short_) co_return;
  try {
    co_await send_output();
  } catch (const std::exception&) {
    // What has failed before is what the caller is told.
  }
}

void carrier::close() noexcept { socket_ ? socket_->close() : beneath_->close(); }

bool carrier::is_open() const noexcept { return socket_ ? socket_->is_open() : beneath_->is_open(); }

}  // namespace weft::tls
