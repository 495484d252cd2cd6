#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <random>

#include "chat/event_text.hpp"
#include "chat/ipmsg/ipmsg_protocol.hpp"
#include "chat/plain_protocol.hpp"
#include "chat/secure/secure_protocol.hpp"
#include "chat/visible_text.hpp"
#include "common/text_cells.hpp"

using namespace weft::chat_app;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int rounds = 30'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr int rounds = 30'000;
#else
constexpr int rounds = 1'000'000;
#endif
#else
constexpr int rounds = 1'000'000;
#endif

/// What a stranger may have sent, and the beginnings of what is understood.
std::vector<std::string> samples() {
  using namespace std::string_literals;
  return {"hello\n",
          "\x1b]0;title\x07\x1b[2J\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81",
          "1:1700000000:ann:boxa:16777217:nick\0dev\0\nUN:ann\nHN:boxa\0utf-8\0"s,
          "1_iptux 0.8.3:7:u:h:288:text\0"s,
          "1_lbt6_0#128#000C294BBCAF#0#0#0#4001#9:1:u:h:2097440:file\0"
          "1:a::b.txt:1a:65f00000:1:\a\0"s,
          "1:8:u:h:33:1700000002\0"s,
          secure::hello_packet(7, std::string(32, 'x') + secure::hello_payload({}, {})),
          secure::reply_packet(1, 2, std::string(96, 'y')),
          secure::finish_packet(1, std::string(90, 'z')),
          secure::cookie_packet(1, std::string(16, 'c')),
          secure::seek_packet(7),
          secure::here_packet(7),
          secure::apart_packet(7),
          secure::data_header(1, 2) + std::string(60, 'd')};
}

class mutator {
 public:
  explicit mutator(std::uint64_t seed) : random_(seed) {}

  std::string next() {
    if (random_() % 4 == 0) return random_bytes(random_() % 80);
    auto bytes = samples_[random_() % samples_.size()];
    for (auto changes = random_() % 6; changes > 0 && !bytes.empty(); --changes) change(bytes);
    return bytes;
  }
  std::uint16_t port() { return static_cast<std::uint16_t>(1 + random_() % 5000); }

 private:
  std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  void change(std::string& bytes) {
    const auto at = random_() % bytes.size();
    switch (random_() % 5) {
      case 0: bytes[at] = static_cast<char>(random_()); break;
      case 1: bytes.erase(at, 1 + random_() % 8); break;
      case 2: bytes.insert(at, random_bytes(random_() % 8)); break;
      case 3: bytes.resize(at); break;
      default: bytes += bytes.substr(at); break;
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> samples_ = samples();
};

/// Only what is printable, and line feeds.
bool is_harmless(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const auto [code, size] = weft::app::next_code(rest);
    const bool joiner = code == 0x200c || code == 0x200d;
    if (code != '\n' && !joiner && (code < 0x20 || !weft::app::is_shown(code))) return false;
    rest.remove_prefix(size);
  }
  return true;
}

void bombard(protocol& mode, std::uint64_t seed) {
  mutator hostile(seed);
  auto now = weft::time_point(std::chrono::hours(1));
  const auto address = boost::asio::ip::make_address("192.0.2.66");
  for (int round = 0; round < rounds / 3; ++round) {
    now += std::chrono::milliseconds(1);
    const endpoint from(address, hostile.port());
    const auto datagram = hostile.next();
    mode.receive(from, datagram, now);
    if (mode.deadline() <= now) mode.advance(now);
    for (const auto& answer : mode.take_outgoing()) REQUIRE(answer.bytes.size() <= 65507);
    for (const auto& event : mode.take_events()) {
      REQUIRE(is_harmless(event_text(event, coloring::none)));
      REQUIRE(is_harmless(log_text(event)));
      REQUIRE(is_harmless(event_json(event)));
    }
  }
}

}  // namespace

TEST_CASE("hostile datagrams: plain mode survives them and shows nothing that drives a terminal") {
  plain_protocol mode({});
  bombard(mode, 11);
}

TEST_CASE("hostile datagrams: ipmsg mode survives them and shows nothing that drives a terminal") {
  ipmsg::ipmsg_options options;
  options.user = options.nick = "ann";
  options.host = "box";
  ipmsg::ipmsg_protocol mode(std::move(options));
  bombard(mode, 22);
}

TEST_CASE("hostile datagrams: secure mode survives them and believes none") {
  secure::secure_options options;
  options.keys = secure::key_pair::random();
  options.judge = [](const endpoint&, const secure::key_bytes&) { return secure::verdict::accepted; };
  secure::secure_protocol mode(std::move(options));
  mode.greet({boost::asio::ip::make_address("192.0.2.66"), 1}, weft::time_point(std::chrono::hours(1)));
  bombard(mode, 33);
}
