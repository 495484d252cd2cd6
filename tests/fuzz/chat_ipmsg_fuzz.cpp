// Whatever datagrams say, nothing that is shown of them drives a terminal, no name leads out of a folder, and a packet
// that is read is written as one that reads the same.

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "chat/ipmsg/file_offer.hpp"
#include "chat/ipmsg/folder_stream.hpp"
#include "chat/ipmsg/ipmsg_protocol.hpp"
#include "chat/visible_text.hpp"
#include "chat_text.hpp"

namespace {

using namespace weft::chat_app;
using fuzz_chat::require;

void check_text(std::string_view bytes) {
  for (const auto& line : visible_lines(bytes)) {
    require(fuzz_chat::is_harmless(line));
    require(weft::app::cells_width(line) <= max_line_columns);
  }
  const auto word = visible_word(bytes);
  require(fuzz_chat::is_harmless(word) && weft::app::cells_width(word) <= max_name_columns);
  require(visible_word(word) == word);
  require(fuzz_chat::is_harmless(visible_word(decoded(bytes), 4096)));
  const auto valid = replaced_utf8(bytes);
  require(replaced_utf8(valid) == valid);
}

void check_name(std::string_view offered) {
  const auto name = ipmsg::local_name(offered);
  require(!name.empty() && name.size() <= 200 && fuzz_chat::is_harmless(name));
  require(name.find_first_of("/\\") == std::string::npos);
  require(std::string_view(".-~ ").find(name.front()) == std::string_view::npos);
}

void check_packet(std::string_view bytes) {
  static_cast<void>(ipmsg::parse_request(bytes));
  const auto got = ipmsg::parse_packet(bytes);
  if (!got) return;
  const auto once = ipmsg::packet_bytes(*got);
  const auto again = ipmsg::parse_packet(once);
  require(again && again->number == got->number && again->command_bits == got->command_bits);
  require(ipmsg::packet_bytes(*again) == once);
  for (const auto& offer : ipmsg::parse_offers(*got)) {
    check_name(offer.name);
    auto same = *again;
    same.command_bits |= ipmsg::file_option;
    same.extensions = {ipmsg::offer_bytes(offer, 1)};
    const auto offers = ipmsg::parse_offers(same);
    require(offers.size() <= 1 && (offers.empty() || offers.front().size == offer.size));
  }
}

/// The steps of a folder's stream that comes in pieces of this size, the bytes of a file put together; "refused" at the end
/// where it is none.
std::string folder_steps(std::string_view stream, std::size_t piece) {
  using kind = ipmsg::folder_reader::step::kind;
  const ipmsg::folder_limits limits{.depth = 4, .entries = 50, .bytes = 10'000};
  ipmsg::folder_reader reader(limits);
  std::string all;
  std::size_t depth = 1;
  try {
    while (!stream.empty()) {
      auto input = stream.substr(0, piece);
      stream.remove_prefix(input.size());
      for (auto step = reader.next(input); step.what != kind::more; step = reader.next(input)) {
        if (step.what == kind::end) return all + "end";
        if (step.what == kind::enter) require(++depth <= limits.depth);
        if (step.what == kind::leave) require(--depth > 0);
        if (step.what == kind::enter || step.what == kind::file) {
          require(!step.name.empty() && step.name != "." && step.name != ".." && step.name.size() <= 255);
          require(step.name.find('/') == std::string::npos && fuzz_chat::is_harmless(step.name));
        }
        if (step.what != kind::data) all += "\n" + std::to_string(static_cast<int>(step.what)) + step.name + "=";
        all += step.bytes;
        require(reader.totals().bytes <= limits.bytes && reader.totals().files <= limits.entries);
      }
      require(input.empty());
    }
  } catch (const std::runtime_error&) {
    all += "refused";
  }
  return all;
}

void check_folder(std::string_view bytes) {
  const auto steps = folder_steps(bytes, bytes.size());
  require(folder_steps(bytes, 1) == steps);
  require(folder_steps(bytes, 7) == steps);
}

/// The datagrams of one peer after another, with time between them.
void check_mode(const std::vector<std::string_view>& datagrams) {
  ipmsg::ipmsg_options options;
  options.user = options.nick = "ann";
  options.host = "box";
  options.max_peers = 4;
  options.serves_files = true;
  ipmsg::ipmsg_protocol mode(std::move(options));
  auto now = weft::time_point(std::chrono::hours(1));
  const auto address = boost::asio::ip::make_address("192.0.2.66");
  mode.greet({address, 1}, now);
  mode.send(1, {address, 1}, "text", now);
  std::uint16_t port = 0;
  for (const auto datagram : datagrams) {
    now += std::chrono::milliseconds(700);
    mode.receive({address, static_cast<std::uint16_t>(1 + port++ % 8)}, datagram, now);
    if (mode.deadline() <= now) mode.advance(now);
    for (const auto& answer : mode.take_outgoing()) require(answer.bytes.size() <= 65507);
    for (const auto& event : mode.take_events()) fuzz_chat::check_shown(event);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: check_text(bytes), check_name(bytes); break;
    case 1: check_packet(bytes); break;
    case 3: check_folder(bytes); break;
    default: check_mode(fuzz_chat::pieces(bytes)); break;
  }
  return 0;
}
