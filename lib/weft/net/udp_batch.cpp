#include <weft/net/udp_batch.hpp>

#include <weft/net/udp_headers.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace weft::net {

namespace {

constexpr std::size_t max_count = 1024;
constexpr std::size_t max_datagram = 65535;

const udp_batch_options& checked(const udp_batch_options& options) {
  if (options.count == 0 || options.count > max_count || options.max_size == 0 || options.max_size > max_datagram) {
    throw std::invalid_argument("udp_batch: 1 to 1024 datagrams of 1 to 65535 bytes");
  }
  return options;
}

/// From one slot to the next: an odd number of cache lines, so that the beginnings of large slots do not all fall into the
/// same few sets of the cache.
std::size_t stride_of(std::size_t max_size) {
  constexpr std::size_t line = 64;
  return ((max_size + line - 1) / line | 1) * line;
}

}  // namespace

udp_batch::udp_batch(udp_batch_options options)
    : options_(checked(options)),
      stride_(stride_of(options.max_size)),
      memory_(new std::byte[options.count * stride_]),
      headers_(std::make_unique<detail::udp_headers>(memory_.get(), stride_, options)) {
  const bool holds_coalesced = options.max_size == max_datagram;
  datagrams_.reserve(holds_coalesced ? options.count * detail::max_coalesced : options.count);
}

udp_batch::udp_batch(udp_batch&&) noexcept = default;
udp_batch& udp_batch::operator=(udp_batch&&) noexcept = default;
udp_batch::~udp_batch() = default;

void udp_batch::clear() noexcept {
  datagrams_.clear();
  used_slots_ = 0;
}

bool udp_batch::try_push(const_bytes bytes, const udp_endpoint& to) {
  if (used_slots_ == options_.count || bytes.size() > options_.max_size) return false;
  std::byte* const place = slot(used_slots_++);
  if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
  datagrams_.push_back({{place, bytes.size()}, to, std::nullopt});
  return true;
}

void udp_batch::take_received(detail::udp_core& core, std::size_t count) noexcept {
  clear();
  used_slots_ = count;
  for (std::size_t index = 0; index < count; ++index) {
    const mmsghdr& message = headers_->incoming()[index];
    const msghdr& header = message.msg_hdr;
    const std::span<std::byte> all(slot(index), message.msg_len);
    udp_datagram datagram{all, headers_->sender(index), std::nullopt};
    std::size_t segment = all.size();
    if (header.msg_controllen > 0) {
      detail::count_dropped(core, header);
      if (const auto came_to = detail::find_arrival(header)) {
        datagram.local = came_to->address;
        datagram.to_many = came_to->to_many;
      }
      const auto coalesced = detail::find_control<int>(header, SOL_UDP, UDP_GRO);
      if (coalesced && *coalesced > 0) segment = static_cast<std::size_t>(*coalesced);
    }
    auto rest = all;
    for (; rest.size() > segment; rest = rest.subspan(segment)) {
      datagram.bytes = rest.first(segment);
      datagrams_.push_back(datagram);
    }
    datagram.bytes = rest;
    datagram.truncated = (header.msg_flags & MSG_TRUNC) != 0;  // of a run only the last
    datagrams_.push_back(datagram);
  }
  headers_->rearm(count);
}

}  // namespace weft::net
