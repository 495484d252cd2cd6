#include <weft/net/udp_headers.hpp>

#include <algorithm>
#include <numeric>

namespace weft::net::detail {

namespace {

constexpr std::size_t max_segmented_bytes = 60'000;

/// How many datagrams from `first` on can go as segments of one message: to one peer, of one size but for a shorter
/// last one.
std::size_t run_length(const udp_core& core, const udp_batch& batch, std::size_t first) noexcept {
  const udp_datagram& head = batch[first];
  const std::size_t size = head.bytes.size();
  // Port 0 is refused, which is not to be taken for a refusal of segments.
  if (size == 0 || size > core.largest_segment || head.endpoint.port() == 0) return 1;
  const std::size_t most = std::min({max_segments, batch.size() - first, max_segmented_bytes / size});
  std::size_t length = 1;
  while (length < most) {
    const udp_datagram& next = batch[first + length];
    if (next.endpoint != head.endpoint || next.local != head.local || next.to_many != head.to_many) break;
    if (next.bytes.empty() || next.bytes.size() > size) break;
    ++length;
    if (next.bytes.size() < size) break;
  }
  return length;
}

}  // namespace

udp_headers::udp_headers(std::byte* memory, std::size_t stride, const udp_batch_options& options)
    : names_(options.count),
      controls_(options.count),
      pieces_(options.count),
      incoming_(options.count),
      outgoing_(options.count),
      targets_(options.count),
      sent_pieces_(std::max(options.count, max_segments)),
      run_lengths_(options.count) {
  for (std::size_t slot = 0; slot < options.count; ++slot) {
    pieces_[slot] = {memory + slot * stride, options.max_size};
    incoming_[slot].msg_hdr = make_header(names_[slot], pieces_[slot], controls_[slot]);
  }
}

udp_endpoint udp_headers::sender(std::size_t slot) noexcept {
  udp_endpoint from = names_[slot];
  from.resize(incoming_[slot].msg_hdr.msg_namelen);
  normalise(from);
  return from;
}

void udp_headers::rearm(std::size_t count) noexcept {
  for (std::size_t slot = 0; slot < count; ++slot) {
    msghdr& header = incoming_[slot].msg_hdr;
    header.msg_namelen = static_cast<socklen_t>(names_[slot].capacity());
    header.msg_controllen = sizeof controls_[slot].bytes;
    header.msg_flags = 0;
  }
}

unsigned udp_headers::fill(const udp_core& core, const udp_batch& batch, std::size_t first) noexcept {
  pieces_in_use_ = 0;
  unsigned messages = 0;
  while (first < batch.size() && messages < outgoing_.size()) {
    const std::size_t taken = add_message(core, batch, first, messages);
    if (taken == 0) break;
    run_lengths_[messages++] = taken;
    first += taken;
  }
  return messages;
}

std::size_t udp_headers::add_message(const udp_core& core, const udp_batch& batch, std::size_t first,
                                     unsigned message) noexcept {
  const std::size_t room = sent_pieces_.size() - pieces_in_use_;
  const std::size_t length = std::min(run_length(core, batch, first), room);
  if (length == 0) return 0;
  iovec* const pieces = &sent_pieces_[pieces_in_use_];
  for (std::size_t i = 0; i < length; ++i) {
    const auto bytes = batch[first + i].bytes;
    pieces[i] = {bytes.data(), bytes.size()};
  }
  pieces_in_use_ += length;
  const udp_datagram& head = batch[first];
  udp_endpoint& target = targets_[message] = wire_endpoint(core, head.endpoint);
  msghdr& header = outgoing_[message].msg_hdr;
  header = make_header(target, *pieces, controls_[message]);
  header.msg_namelen = static_cast<socklen_t>(target.size());
  header.msg_iovlen = length;
  header.msg_controllen = 0;
  if (head.local && !head.to_many) add_source(header, core, *head.local);
  if (length > 1) add_control(header, SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(head.bytes.size()));
  return length;
}

std::size_t udp_headers::datagrams_of(unsigned messages) const noexcept {
  return std::accumulate(run_lengths_.begin(), run_lengths_.begin() + messages, std::size_t{0});
}

}  // namespace weft::net::detail
