#include <weft/net/interfaces.hpp>

#include <weft/base/error.hpp>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace weft::net {

namespace {

std::optional<ip_address> address_of(const sockaddr* from) {
  if (from == nullptr) return std::nullopt;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, from, sizeof v4);
    return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (from->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, from, sizeof v6);
  boost::asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return boost::asio::ip::address_v6(bytes, v6.sin6_scope_id);
}

unsigned leading_bits(const std::optional<ip_address>& mask) {
  if (!mask) return 0;
  if (mask->is_v4()) return static_cast<unsigned>(std::countl_one(mask->to_v4().to_uint()));
  unsigned bits = 0;
  for (const std::uint8_t byte : mask->to_v6().to_bytes()) {
    bits += static_cast<unsigned>(std::countl_one(byte));
    if (byte != 0xff) break;
  }
  return bits;
}

}  // namespace

std::vector<interface_address> interface_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) throw_errno(errno, "cannot list the network interfaces");
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  std::vector<interface_address> found;
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    const auto address = address_of(each->ifa_addr);
    if (!address || (each->ifa_flags & IFF_UP) == 0) continue;
    interface_address one;
    one.name = each->ifa_name;
    one.index = ::if_nametoindex(each->ifa_name);
    one.address = *address;
    one.prefix = leading_bits(address_of(each->ifa_netmask));
    if ((each->ifa_flags & IFF_BROADCAST) != 0) one.broadcast = address_of(each->ifa_broadaddr);
    one.is_loopback = (each->ifa_flags & IFF_LOOPBACK) != 0;
    one.can_multicast = (each->ifa_flags & IFF_MULTICAST) != 0;
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace weft::net
