#include <weft/net/udp_control.hpp>

namespace weft::net::detail {

std::optional<udp_destination> find_arrival(const msghdr& header) {
  if (const auto v4 = find_control<in_pktinfo>(header, IPPROTO_IP, IP_PKTINFO)) {
    // The system says where an answer has to come from: from the same address but for one that is for many.
    const bool to_many = v4->ipi_spec_dst.s_addr != v4->ipi_addr.s_addr;
    const boost::asio::ip::address_v4 address(ntohl(v4->ipi_addr.s_addr));
    return udp_destination{address, static_cast<unsigned>(v4->ipi_ifindex), to_many};
  }
  if (const auto v6 = find_control<in6_pktinfo>(header, IPPROTO_IPV6, IPV6_PKTINFO)) {
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6->ipi6_addr, bytes.size());
    boost::asio::ip::address_v6 address(bytes);
    if (address.is_link_local()) address.scope_id(v6->ipi6_ifindex);
    return udp_destination{unmapped(address), v6->ipi6_ifindex, address.is_multicast()};
  }
  return std::nullopt;
}

void add_source(msghdr& header, const udp_core& core, const ip_address& source) noexcept {
  if (!core.is_v6) {
    if (!source.is_v4()) return;
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(source.to_v4().to_uint());
    return add_control(header, IPPROTO_IP, IP_PKTINFO, info);
  }
  const auto address =
      source.is_v6() ? source.to_v6() : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, source.to_v4());
  const auto bytes = address.to_bytes();
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, bytes.data(), bytes.size());
  info.ipi6_ifindex = static_cast<unsigned>(address.scope_id());
  add_control(header, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

}  // namespace weft::net::detail
