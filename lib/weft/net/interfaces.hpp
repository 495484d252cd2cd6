#pragma once

#include <weft/net/address.hpp>

#include <optional>
#include <string>
#include <vector>

namespace weft::net {

/// One address of one network interface of this host.
struct interface_address {
  std::string name;                     ///< "eth0"
  unsigned index = 0;                   ///< for udp_socket::join()
  ip_address address;                   ///< with its scope, where it is link-local
  unsigned prefix = 0;                  ///< leading bits of the network
  std::optional<ip_address> broadcast;  ///< of IPv4 networks that have one
  bool is_loopback = false;
  bool can_multicast = false;
};

/// The addresses of the interfaces that are up, as they are at this moment.
/// Errors: system_error. Cost: a few system calls.
[[nodiscard]] std::vector<interface_address> interface_addresses();

}  // namespace weft::net
