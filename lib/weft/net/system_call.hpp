#pragma once

#include <cstddef>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Sanitizers look at what recv() and send() do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEFT_WATCHED_CALLS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WEFT_WATCHED_CALLS 1
#endif
#endif

// recv(2) and send(2) that are no cancellation points of POSIX threads, which costs two locked instructions a call in a
// program of several threads. They have to be calls that do not wait. Private to net/.
namespace weft::net::detail {

[[nodiscard]] inline ssize_t receive_directly(int descriptor, void* into, std::size_t size, int flags) noexcept {
#ifdef WEFT_WATCHED_CALLS
  return ::recv(descriptor, into, size, flags);
#else
  return ::syscall(SYS_recvfrom, descriptor, into, size, flags, nullptr, nullptr);
#endif
}

[[nodiscard]] inline ssize_t send_directly(int descriptor, const void* bytes, std::size_t size, int flags) noexcept {
#ifdef WEFT_WATCHED_CALLS
  return ::send(descriptor, bytes, size, flags);
#else
  return ::syscall(SYS_sendto, descriptor, bytes, size, flags, nullptr, 0L);
#endif
}

}  // namespace weft::net::detail
