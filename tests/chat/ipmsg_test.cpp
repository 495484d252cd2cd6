#include <doctest/doctest.h>

#include "chat/addresses.hpp"
#include "chat/ipmsg/file_offer.hpp"
#include "chat/ipmsg/ipmsg_protocol.hpp"
#include "chat/ipmsg/packet.hpp"
#include "chat/secure/simulated_network.hpp"
#include "chat/text_encoding.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::ipmsg;
using testing::at;
using testing::simulated_network;

namespace {

const endpoint ann = at("192.0.2.1", 2425);
const endpoint bob = at("192.0.2.2", 2425);

ipmsg_options options_of(const std::string& name) {
  ipmsg_options options;
  options.user = name;
  options.host = "box" + name;
  options.nick = name + "'s nick";
  options.group = "dev";
  options.first_number = 1'700'000'000;
  return options;
}

std::vector<std::string> texts_of(std::vector<chat_event> events) {
  std::vector<std::string> texts;
  for (const auto& event : events) {
    texts.push_back(name_of(event.type) + " " + event.nick + (event.text.empty() ? "" : " " + event.text));
  }
  return texts;
}

using texts = std::vector<std::string>;
const weft::time_point start{1h};

/// The events and datagrams that a datagram from bob brings about.
texts after(ipmsg_protocol& mode, const std::string& datagram) {
  mode.receive(bob, datagram, start);
  return texts_of(mode.take_events());
}

}  // namespace

TEST_CASE("ipmsg packet: is read and written as draft 14 has it") {
  const auto got = parse_packet("1:1700000002:ann:boxa:288:héllo: there\0"s);
  REQUIRE(got);
  CHECK(got->number == 1'700'000'002);
  CHECK(got->user == "ann");
  CHECK(got->host == "boxa");
  CHECK(got->what() == command::message);
  CHECK(got->has(check_option));
  CHECK(got->text == "héllo: there");
  CHECK(packet_bytes(*got) == "1:1700000002:ann:boxa:288:héllo: there\0"s);
  const auto entry = parse_packet("1_iptux 0.8.3:1:u:h:257:nick\0group\0icon-tux.png\0utf-8\0"s);
  REQUIRE(entry);
  CHECK(entry->extensions == texts{"group", "icon-tux.png", "utf-8"});
  CHECK(parse_packet("1_lbt6_0#128#000C294BBCAF#0#0#0#4001#9:1:u:h:1:"));
  CHECK(parse_packet("1:1:::1:"));
}

TEST_CASE("ipmsg packet: what is none is nothing") {
  for (const auto* text : {"", "1", "1:2:u:h:1", "2:1:u:h:1:", "x:1:u:h:1:", "1:x:u:h:1:", "1:1:u:h:x:", "1:-1:u:h:1:",
                           "1:4294967296:u:h:1:", "11:1:u:h:1:"}) {
    CHECK(!parse_packet(text));
  }
  CHECK(!parse_packet("1:1\0:u:h:1:"s));
}

TEST_CASE("ipmsg packet: separators do not get into names") {
  CHECK(packet_bytes({1, "a:b\0c"s, "h", 1, "t"}) == "1:1:abc:h:1:t\0"s);
}

TEST_CASE("ipmsg text: old encodings are recognised") {
  CHECK(decoded("héllo") == "héllo");
  CHECK(decoded("\xc4\xe3\xba\xc3") == "你好");
  CHECK(decoded("").empty());
}

TEST_CASE("ipmsg files: offers are read and written with their colons") {
  packet got{7, "u", "h", bits(command::message, file_option), "see"};
  got.extensions = {"1:a::b.txt:1a:65f00000:1:\a:2:folder:0:0:2:\a3:bad:xyz:0:1:\a4:link:0:0:4:\a"};
  const auto offers = parse_offers(got);
  REQUIRE(offers.size() == 2);
  CHECK(offers[0].name == "a:b.txt");
  CHECK(offers[0].size == 26);
  CHECK(offers[0].packet == 7);
  CHECK(!offers[0].is_folder);
  CHECK(offers[1].is_folder);
  CHECK(offer_bytes({.name = "a:b.txt", .size = 26, .packet = 7, .file = 1}, 0x65f00000) ==
        "1:a::b.txt:1a:65f00000:1:\a");
  CHECK(offer_bytes({.name = "photos", .size = 26, .file = 2, .is_folder = true}, 0x65f00000) ==
        "2:photos:1a:65f00000:2:\a");
  got.command_bits = bits(command::message);
  CHECK(parse_offers(got).empty());
}

TEST_CASE("ipmsg files: requests are read as soon as they are whole") {
  const auto bytes = request_bytes("ann", "box", 9, {10001, 3, 255});
  CHECK(bytes == "1:9:ann:box:96:2711:3:ff\0"s);
  const auto wanted = parse_request(bytes);
  REQUIRE(wanted);
  CHECK(wanted->packet == 10001);
  CHECK(wanted->file == 3);
  CHECK(wanted->offset == 255);
  CHECK(!parse_request("1:9:ann:box:96:2711"));
  CHECK(!wanted->is_folder);
  CHECK(!parse_request("1:9:ann:box:32:2711:3:0"));
  CHECK(!parse_request("GET / HTTP/1.1"));
}

TEST_CASE("ipmsg files: requests for folders have no offset, or one that does not matter") {
  const auto bytes = request_bytes("ann", "box", 9, {.packet = 10001, .file = 3, .is_folder = true});
  CHECK(bytes == "1:9:ann:box:98:2711:3:0\0"s);
  for (const auto& text : {bytes, "1_iptux 0.8.3:9:ann:box:2097250:2711:3:0\0"s, "1:9:a:b:98:2711:3:"s,
                           "1:9:a:b:98:2711:3\0"s, "1:9:a:b:98:2711:3:ff:"s}) {
    const auto wanted = parse_request(text);
    REQUIRE(wanted);
    CHECK(wanted->is_folder);
    CHECK(wanted->packet == 10001);
    CHECK(wanted->file == 3);
    CHECK(wanted->offset == 0);
  }
  CHECK(!parse_request("1:9:a:b:98:2711:3"));
  CHECK(!parse_request("1:9:a:b:98:2711\0"s));
  CHECK(!parse_request("1:9:a:b:98:x:3:"));
}

TEST_CASE("ipmsg files: a name from outside stays a name in this folder") {
  CHECK(local_name("a b.txt") == "a b.txt");
  CHECK(local_name("../../etc/passwd") == "passwd");
  CHECK(local_name("C:\\windows\\x.exe") == "x.exe");
  CHECK(local_name("...hidden") == "hidden");
  CHECK(local_name("..") == "file");
  CHECK(local_name("/") == "file");
  CHECK(local_name("a\x1b\u202e\xff") == "a");
  CHECK(local_name("-rf") == "_rf");
  CHECK(local_name(std::string(500, 'x')).size() == 200);
}

TEST_CASE("ipmsg: two peers find each other, and a text is delivered once its receipt has come") {
  simulated_network network({}, 1);
  ipmsg_protocol first(options_of("ann"));
  ipmsg_protocol second(options_of("bob"));
  network.attach(ann, first);
  network.attach(bob, second);
  first.greet(bob, network.now());
  network.run(2s);
  CHECK(texts_of(network.events(ann)) == texts{"joined bob's nick"});
  CHECK(texts_of(network.events(bob)) == texts{"joined ann's nick"});
  first.send(1, bob, "hello\nthere", network.now());
  network.run(2s);
  CHECK(texts_of(network.events(bob)) == texts{"message ann's nick hello\nthere"});
  CHECK(texts_of(network.events(ann)) == texts{"sent bob's nick", "delivered bob's nick"});
  first.leave(network.now());
  network.run(1s);
  CHECK(texts_of(network.events(bob)) == texts{"left ann's nick"});
}

TEST_CASE("ipmsg: through loss and duplication each text arrives once, in order, one at a time") {
  simulated_network network({.loss = 0.2, .duplication = 0.2}, 5);
  ipmsg_protocol first(options_of("ann"));
  ipmsg_protocol second(options_of("bob"));
  network.attach(ann, first);
  network.attach(bob, second);
  texts expected;
  for (message_id id = 1; id <= 50; ++id) {
    expected.push_back("line " + std::to_string(id));
    first.send(id, bob, expected.back(), network.now());
  }
  network.run(10min);
  texts heard;
  for (const auto& event : network.events(bob)) {
    if (event.type == event_type::message) heard.push_back(event.text);
  }
  CHECK(heard == expected);
}

TEST_CASE("ipmsg: without a receipt a text is sent five times with one number, then it has failed") {
  simulated_network network({}, 1);
  ipmsg_protocol first(options_of("ann"));
  network.attach(ann, first);
  first.send(1, bob, "anyone?", network.now());
  first.send(2, bob, "no?", network.now());
  network.run(15s);
  CHECK(network.history().size() == 5);
  for (const auto& datagram : network.history()) CHECK(datagram.bytes == network.history().front().bytes);
  network.run(1s);
  CHECK(texts_of(network.events(ann)) == texts{"sent ", "failed  no receipt came", "sent "});
}

TEST_CASE("ipmsg: receipts go to who wants them, again for a repetition, which is not shown again") {
  ipmsg_protocol mode(options_of("ann"));
  CHECK(after(mode, "1:7:bob:h:288:hi\0"s) == texts{"message bob hi"});
  auto out = mode.take_outgoing();
  REQUIRE(out.size() == 2);
  CHECK(out[0].bytes.ends_with(":33:7\0"s));
  CHECK(out[1].bytes.find(":16842753:") != std::string::npos);  // who we are, as it is a stranger
  CHECK(after(mode, "1:7:bob:h:288:hi\0"s).empty());
  CHECK(mode.take_outgoing().front().bytes.ends_with(":33:7\0"s));
  // To all, or from a machine: none.
  for (const auto* bits_text : {"1312", "8480"}) {
    after(mode, "1:8:bob:h:"s + bits_text + ":x\0"s);
    for (const auto& datagram : mode.take_outgoing()) CHECK(datagram.bytes.find(":33:") == std::string::npos);
  }
}

TEST_CASE("ipmsg: a peer that starts again with low numbers is heard") {
  ipmsg_protocol mode(options_of("ann"));
  after(mode, "1:1:bob:h:65793:bob\0"s);
  CHECK(after(mode, "1:2:bob:h:288:hi\0"s) == texts{"message bob hi"});
  after(mode, "1:1:bob:h:65793:bob\0"s);
  CHECK(after(mode, "1:2:bob:h:288:hi\0"s) == texts{"message bob hi"});
}

TEST_CASE("ipmsg: a late text is shown, too") {
  ipmsg_protocol mode(options_of("ann"));
  CHECK(after(mode, "1:9:bob:h:288:second\0"s) == texts{"message bob second"});
  CHECK(after(mode, "1:8:bob:h:288:first\0"s) == texts{"message bob first"});
}

TEST_CASE("ipmsg: an answer to an entry is not answered, and one to everybody is answered a little later") {
  ipmsg_protocol mode(options_of("ann"));
  after(mode, "1:1:bob:h:259:bob\0g\0\0utf-8\0"s);
  CHECK(mode.take_outgoing().empty());
  after(mode, "1:2:bob:h:257:bob\0g\0\0utf-8\0"s);
  CHECK(mode.take_outgoing().empty());
  CHECK(mode.deadline() < start + 1s);
  mode.advance(start + 1s);
  REQUIRE(mode.take_outgoing().size() == 1);
}

TEST_CASE("ipmsg: a peer that is silent is asked, and gone after three questions") {
  simulated_network network({}, 1);
  ipmsg_protocol first(options_of("ann"));
  network.attach(ann, first);
  network.inject({bob, ann, "1:1:bob:h:65793:bob\0"s});
  network.run(230s);
  CHECK(texts_of(network.events(ann)) == texts{"joined bob"});
  network.run(30s);
  CHECK(texts_of(network.events(ann)) == texts{"left bob nothing is heard from it"});
}

TEST_CASE("ipmsg: what is asked is answered, what is encrypted is told") {
  ipmsg_protocol mode(options_of("ann"));
  after(mode, "1:1:bob:h:64:\0"s);
  CHECK(mode.take_outgoing().front().bytes.find(":65:weft-chat ") != std::string::npos);
  mode.announce("ann", "lunch", start);
  after(mode, "1:2:bob:h:80:\0"s);
  CHECK(mode.take_outgoing().front().bytes.find(":81:lunch") != std::string::npos);
  CHECK(after(mode, "1:3:bob:h:4194592:abc\0"s) == texts{"notice  sent an encrypted message, which cannot be read"});
  CHECK(mode.take_outgoing().empty());
}

TEST_CASE("ipmsg: strangers from everywhere neither fill the memory nor keep others out") {
  auto options = options_of("ann");
  options.max_peers = 100;
  ipmsg_protocol mode(std::move(options));
  mode.greet(bob, start);
  auto now = start;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    now += 1ms;
    const endpoint from(boost::asio::ip::make_address("192.0.2.66"), port);
    mode.receive(from, "1:" + std::to_string(port) + ":x:y:257:x\0"s, now);
  }
  mode.take_events();
  mode.take_outgoing();
  mode.send(1, bob, "still here", now);
  const auto sent = mode.take_outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent.front().to == bob);
  mode.receive(at("192.0.2.3", 2425), "1:5:new:box:257:new\0"s, now);
  CHECK(texts_of(mode.take_events()) == texts{"joined new"});
}

TEST_CASE("ipmsg: a text is sent again as often as wanted") {
  for (const int retries : {0, 2, 6}) {
    auto options = options_of("ann");
    options.retries = retries;
    ipmsg_protocol mode(std::move(options));
    mode.send(1, bob, "hello", start);
    std::size_t sent = 0;
    bool failed = false;
    for (auto now = start; !failed && now < start + 2min; now = mode.deadline()) {
      mode.advance(now);
      sent += mode.take_outgoing().size();
      for (const auto& event : mode.take_events()) failed |= event.type == event_type::failed;
    }
    CHECK(failed);
    CHECK(sent == static_cast<std::size_t>(retries) + 1);
  }
}

TEST_CASE("ipmsg: who does not say that it reads UTF-8 gets the encoding that was asked for") {
  auto options = options_of("ann");
  options.encoding = "CP932";
  ipmsg_protocol mode(std::move(options));
  const auto sent_text = [&] { return parse_packet(mode.take_outgoing().back().bytes)->text; };
  mode.send(1, bob, "日本", start);
  CHECK(sent_text() == "\x93\xfa\x96\x7b");
  CHECK(after(mode, "1:1:b:boxb:32:\x93\xfa\x96\x7b\0"s) == texts{"message b 日本"});
  mode.receive(at("192.0.2.3", 2425), "1:1:c:boxc:16777219:c\0"s, start);
  mode.send(2, at("192.0.2.3", 2425), "日本", start);
  CHECK(sent_text() == "日本");
}
