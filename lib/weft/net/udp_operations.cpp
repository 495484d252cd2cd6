#include <weft/net/udp_operations.hpp>

#include <weft/net/udp_control.hpp>
#include <weft/net/udp_headers.hpp>

#include <array>
#include <cerrno>

#include <sys/socket.h>

namespace weft::net::detail {

namespace {

/// What receiving has come to: a count, an error of its own, or, without either, nothing that is there now.
struct receipt {
  ssize_t count = -1;
  int error = 0;
};

/// Calls `receive`, which is recvmsg(2) or recvmmsg(2), past the errors about peers, which are told: so many in a row.
template <class F>
receipt receive_past_peer_errors(udp_core& core, F receive) noexcept {
  constexpr int most_errors = 64;
  for (int left = most_errors; left > 0; --left) {
    const ssize_t count = receive();
    if (count >= 0) return {count, 0};
    const int error = errno;
    if (error == EINTR) continue;
    if (would_wait(error)) break;
    if (!may_be_about_another(error)) return {-1, error};
    read_peer_errors(core);
  }
  return {};
}

}  // namespace

bool udp_receive::attempt() noexcept {
  control_buffer control;
  iovec piece{into_.data(), into_.size()};
  msghdr message;
  const receipt came = receive_past_peer_errors(*core_, [&] {
    message = make_header(result_.endpoint, piece, control);
    return ::recvmsg(core_->socket.native_handle(), &message, MSG_DONTWAIT);
  });
  if (came.count < 0) return end_without_result(came.error);
  result_.size = static_cast<std::size_t>(came.count);
  result_.endpoint.resize(message.msg_namelen);
  normalise(result_.endpoint);
  result_.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  count_dropped(*core_, message);
  if (destination_ != nullptr) *destination_ = find_arrival(message).value_or(udp_destination{});
  return true;
}

bool udp_receive_batch::attempt() noexcept {
  auto& headers = into_->headers();
  const receipt came = receive_past_peer_errors(*core_, [&]() -> ssize_t {
    return ::recvmmsg(core_->socket.native_handle(), headers.incoming(), headers.slots(), MSG_DONTWAIT, nullptr);
  });
  if (came.count < 0) return end_without_result(came.error);
  into_->take_received(*core_, static_cast<std::size_t>(came.count));
  result_ = into_->size();
  return true;
}

bool udp_send::attempt() noexcept {
  for (;;) {
    control_buffer control;
    iovec piece{const_cast<void*>(bytes_.data()), bytes_.size()};
    msghdr message = make_header(to_, piece, control);
    message.msg_namelen = static_cast<socklen_t>(to_.size());
    message.msg_controllen = 0;
    if (source_ != nullptr) add_source(message, *core_, *source_);
    const ssize_t sent = ::sendmsg(core_->socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      result_ = static_cast<std::size_t>(sent);
      return true;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (would_wait(error)) return end_without_result(0);
    // Told only to sockets that read errors: a full queue of a device, which is loss as any other.
    if (error == ENOBUFS) {
      result_ = bytes_.size();
      return true;
    }
    // What an earlier datagram met is told instead of sending this one: once.
    if (may_be_about_another(error) && (read_peer_errors(*core_) > 0 || !repeated_)) {
      repeated_ = true;
      continue;
    }
    fail_with(error);
    return true;
  }
}

std::size_t udp_send::result() {
  if (!error_) return result_;
  normalise(to_);
  throw boost::system::system_error(error_.value(), error_.category(), "cannot send to '" + to_string(to_) + "'");
}

namespace {

/// Where `error` says that segments of `size` bytes cannot be sent, by a device or over a path, sends none so large from
/// then on. Gives whether it does.
bool limit_segments(udp_core& core, int error, std::size_t size) noexcept {
  const bool too_large = error == EINVAL || error == EMSGSIZE;
  if (!too_large && error != EIO && error != EOPNOTSUPP) return false;
  core.largest_segment = too_large ? size - 1 : 0;
  return true;
}

}  // namespace

bool udp_send_batch::attempt() noexcept {
  auto& headers = from_->headers();
  while (next_ < from_->size()) {
    const unsigned count = headers.fill(*core_, *from_, next_);
    const int sent = ::sendmmsg(core_->socket.native_handle(), headers.outgoing(), count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (would_wait(errno)) return end_without_result(0);
      if (!overcome(errno)) return true;
      continue;
    }
    repeated_ = false;
    const std::size_t through = headers.datagrams_of(static_cast<unsigned>(sent));
    next_ += through;
    result_ += through;
  }
  return true;
}

/// The first message of the rest could not be sent: passes over its datagrams where it is their own fault. Gives false
/// where nothing can be sent any more.
bool udp_send_batch::overcome(int error) noexcept {
  if (error == EINTR) return true;
  if (error == EBADF || error == ENOTSOCK || error == ENOMEM) {
    fail_with(error);
    return false;
  }
  if (error != ENOBUFS && may_be_about_another(error) && (read_peer_errors(*core_) > 0 || !repeated_)) {
    repeated_ = true;
    return true;
  }
  const std::size_t count = from_->headers().datagrams_of(1);
  if (count > 1 && limit_segments(*core_, error, (*from_)[next_].bytes.size())) return true;
  if (error == ENOBUFS) {
    result_ += count;
  } else {
    for (std::size_t i = next_; i < next_ + count; ++i) {
      const udp_datagram& refused = (*from_)[i];
      tell_peer_error(*core_, refused.endpoint, error, refused.bytes);
    }
  }
  next_ += count;
  repeated_ = false;
  return true;
}

}  // namespace weft::net::detail
