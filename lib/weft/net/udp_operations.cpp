#include <weft/net/udp_operations.hpp>

#include <weft/net/udp_control.hpp>
#include <weft/net/udp_headers.hpp>

#include <array>
#include <cerrno>

#include <sys/socket.h>

namespace weft::net::detail {

namespace {

enum class receive_failure { try_again, wait, final };

/// What a receive that failed with `error` has to do. Errors about peers are told, and never its own.
receive_failure look_at(udp_core& core, int error, bool woken) noexcept {
  if (error == EINTR) return receive_failure::try_again;
  if (would_wait(error)) {
    // Woken for nothing to read: for the error queue, most likely, which wakes until it is empty.
    if (woken) read_peer_errors(core);
    return receive_failure::wait;
  }
  if (!may_be_about_another(error)) return receive_failure::final;
  read_peer_errors(core);
  return receive_failure::try_again;
}

}  // namespace

bool udp_receive::attempt() noexcept {
  constexpr int most_errors = 64;
  for (int left = most_errors; left > 0; --left) {
    control_buffer control;
    iovec piece{into_.data(), into_.size()};
    msghdr message = make_header(result_.endpoint, piece, control);
    const ssize_t got = ::recvmsg(core_->socket.native_handle(), &message, MSG_DONTWAIT);
    if (got >= 0) {
      result_.size = static_cast<std::size_t>(got);
      result_.endpoint.resize(message.msg_namelen);
      normalise(result_.endpoint);
      result_.truncated = (message.msg_flags & MSG_TRUNC) != 0;
      count_dropped(*core_, message);
      if (destination_ != nullptr) {
        const auto came_to = find_arrival(message);
        *destination_ = came_to ? udp_destination{came_to->address, came_to->interface} : udp_destination{};
      }
      return true;
    }
    const int error = errno;
    switch (look_at(*core_, error, woken_)) {
      case receive_failure::try_again: continue;
      case receive_failure::wait: woken_ = true; return false;
      case receive_failure::final: fail_with(error); return true;
    }
  }
  woken_ = true;
  return false;
}

bool udp_receive_batch::attempt() noexcept {
  constexpr int most_errors = 64;
  auto& headers = into_->headers();
  for (int left = most_errors; left > 0; --left) {
    const auto slots = headers.slots();
    const int got = ::recvmmsg(core_->socket.native_handle(), headers.incoming(), slots, MSG_DONTWAIT, nullptr);
    if (got >= 0) {
      into_->take_received(*core_, static_cast<std::size_t>(got));
      result_ = into_->size();
      return true;
    }
    const int error = errno;
    switch (look_at(*core_, error, woken_)) {
      case receive_failure::try_again: continue;
      case receive_failure::wait: woken_ = true; return false;
      case receive_failure::final: fail_with(error); return true;
    }
  }
  woken_ = true;
  return false;
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
    if (would_wait(error)) return false;
    if (error ==
        ENOBUFS) {  // told only to sockets that read errors: a full queue of a device, which is loss as any other
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

bool udp_send_batch::attempt() noexcept {
  auto& headers = from_->headers();
  while (next_ < from_->size()) {
    const unsigned count = headers.fill(*core_, *from_, next_);
    const int sent = ::sendmmsg(core_->socket.native_handle(), headers.outgoing(), count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (would_wait(errno)) return false;
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

/// The first datagram of the rest could not be sent: passes over it where it is its own fault. Gives false where
/// nothing can be sent any more.
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
  const std::size_t first = from_->headers().datagrams_of(1);
  if (first > 1 && error != ENOBUFS) {
    core_->segments = false;  // a device or a path that cannot do it
    return true;
  }
  if (error == ENOBUFS) {
    result_ += first;
  } else {
    const udp_datagram& refused = (*from_)[next_];
    tell_peer_error(*core_, refused.endpoint, error, refused.bytes);
  }
  next_ += first;
  repeated_ = false;
  return true;
}

}  // namespace weft::net::detail
