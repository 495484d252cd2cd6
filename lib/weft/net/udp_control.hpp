#pragma once

#include <weft/net/address.hpp>
#include <weft/net/udp_core.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Headers of datagrams as the system calls want them. Private to net/.
namespace weft::net::detail {

/// Room for the control messages of one datagram: its destination, a segment size, dropped datagrams, an error.
struct alignas(cmsghdr) control_buffer {
  std::array<std::byte, 256> bytes;
};

[[nodiscard]] inline msghdr make_header(udp_endpoint& name, iovec& piece, control_buffer& control) noexcept {
  msghdr header{};
  header.msg_name = name.data();
  header.msg_namelen = static_cast<socklen_t>(name.capacity());
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  return header;
}

/// The value of one kind of control message; none where the datagram has none.
template <class T>
[[nodiscard]] std::optional<T> find_control(const msghdr& header, int level, int type) noexcept {
  msghdr& writable = const_cast<msghdr&>(header);  // what CMSG_NXTHDR wants; it writes nothing
  for (cmsghdr* each = CMSG_FIRSTHDR(&writable); each != nullptr; each = CMSG_NXTHDR(&writable, each)) {
    if (each->cmsg_level != level || each->cmsg_type != type || each->cmsg_len < CMSG_LEN(sizeof(T))) continue;
    T value;
    std::memcpy(&value, CMSG_DATA(each), sizeof value);
    return value;
  }
  return std::nullopt;
}

/// Adds a control message to those that `header` has; its buffer has room.
template <class T>
void add_control(msghdr& header, int level, int type, const T& value) noexcept {
  auto* const place = reinterpret_cast<cmsghdr*>(static_cast<std::byte*>(header.msg_control) + header.msg_controllen);
  place->cmsg_level = level;
  place->cmsg_type = type;
  place->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(place), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

/// Where a datagram came to, if the socket was asked to tell it.
[[nodiscard]] std::optional<udp_destination> find_arrival(const msghdr& header);

/// Has a datagram sent from `source`.
void add_source(msghdr& header, const udp_core& core, const ip_address& source) noexcept;

/// Keeps the number of datagrams that the system had no room for.
inline void count_dropped(udp_core& core, const msghdr& header) noexcept {
  if (header.msg_controllen == 0) return;
  if (const auto count = find_control<std::uint32_t>(header, SOL_SOCKET, SO_RXQ_OVFL)) core.dropped = *count;
}

}  // namespace weft::net::detail
