#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/// Whether this machine has the IPv6 loopback, for the tests that need it.
inline bool has_ipv6() {
  const int one = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (one < 0) return false;
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = IN6ADDR_LOOPBACK_INIT;
  const bool bound = ::bind(one, reinterpret_cast<const sockaddr*>(&loopback), sizeof(loopback)) == 0;
  ::close(one);
  return bound;
}
