#include <weft/net/system_lookup.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace weft::net {

namespace {

class resolve_error_category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.resolve"; }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<resolve_errc>(value)) {
      case resolve_errc::host_not_found: return "no such host";
      case resolve_errc::no_address: return "host has no such address";
      case resolve_errc::temporary_failure: return "temporary failure in name resolution";
      case resolve_errc::failed: return "name resolution failed";
      case resolve_errc::bad_name: return "not a host name";
      case resolve_errc::unknown_service: return "unknown service";
      case resolve_errc::bad_address: return "a number, but not an IPv4 address of four decimal parts";
    }
    return "name resolution failed";
  }
};

int system_family(address_family family) {
  switch (family) {
    case address_family::ipv4: return AF_INET;
    case address_family::ipv6: return AF_INET6;
    case address_family::any: break;
  }
  return AF_UNSPEC;
}

resolve_errc to_errc(int code) {
  switch (code) {
    case EAI_NONAME: return resolve_errc::host_not_found;
    case EAI_NODATA:
    case EAI_ADDRFAMILY: return resolve_errc::no_address;
    case EAI_AGAIN: return resolve_errc::temporary_failure;
    default: return resolve_errc::failed;
  }
}

std::optional<ip_address> to_address(const addrinfo& item) {
  namespace ip = boost::asio::ip;
  if (item.ai_family == AF_INET) {
    const auto* from = reinterpret_cast<const sockaddr_in*>(item.ai_addr);
    return ip::address_v4(ntohl(from->sin_addr.s_addr));
  }
  if (item.ai_family == AF_INET6) {
    const auto* from = reinterpret_cast<const sockaddr_in6*>(item.ai_addr);
    ip::address_v6::bytes_type bytes;
    std::copy(std::begin(from->sin6_addr.s6_addr), std::end(from->sin6_addr.s6_addr), bytes.begin());
    return ip::address_v6(bytes, from->sin6_scope_id);
  }
  return std::nullopt;
}

}  // namespace

const boost::system::error_category& resolve_category() noexcept {
  static const resolve_error_category category;
  return category;
}

boost::system::error_code make_error_code(resolve_errc code) noexcept {
  return {static_cast<int>(code), resolve_category()};
}

lookup_result detail::system_lookup(const std::string& host, address_family family) {
  addrinfo hints{};
  hints.ai_family = system_family(family);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) return {to_errc(code), {}};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  lookup_result result;
  for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
    const auto address = to_address(*item);
    const auto seen = result.addresses.end();
    if (address && std::find(result.addresses.begin(), seen, *address) == seen) result.addresses.push_back(*address);
  }
  return result;
}

std::optional<std::uint16_t> detail::known_service(const std::string& service) {
  using port_of = std::pair<std::string_view, std::uint16_t>;
  static constexpr std::array<port_of, 4> common{port_of{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}};
  for (const auto& [name, port] : common) {
    if (name == service) return port;
  }
  servent entry{};
  servent* found = nullptr;
  std::array<char, 1024> memory{};
  if (::getservbyname_r(service.c_str(), "tcp", &entry, memory.data(), memory.size(), &found) != 0 ||
      found == nullptr) {
    return std::nullopt;
  }
  return ntohs(static_cast<std::uint16_t>(found->s_port));
}

}  // namespace weft::net
