#include <weft/net/udp_socket.hpp>

#include <weft/core/cancelled.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "net/datagrams.hpp"
#include "net/ipv6.hpp"

using namespace weft;
using namespace datagrams;

namespace {

/// An endpoint of the loopback that refuses what is sent to it: it is taken, so that no other socket gets it, by one that
/// hears only itself.
class closed_endpoint {
 public:
  explicit closed_endpoint(const char* host = "127.0.0.1") : socket_(net::udp_bind(host, 0)) {
    socket_.connect(socket_.local_endpoint());
  }
  [[nodiscard]] net::udp_endpoint at() const { return socket_.local_endpoint(); }

 private:
  net::udp_socket socket_;
};

struct noted_error {
  net::udp_endpoint peer;
  boost::system::error_code error;
  std::string payload;
};

auto note_in(std::vector<noted_error>& errors) {
  return [&errors](const net::udp_peer_error& told) {
    errors.push_back(
        {told.peer, told.error, std::string(reinterpret_cast<const char*>(told.payload.data()), told.payload.size())});
  };
}

}  // namespace

TEST_CASE("udp_socket: a closed port of one peer is told by name, and sends to another go on" *
          doctest::skip(!has_ipv6())) {
  testkit::run([]() -> task<> {
    for (const char* host : {"127.0.0.1", "::1"}) {
      const closed_endpoint dead(host);
      auto healthy = net::udp_bind(host, 0);
      auto socket = net::udp_bind(host, 0);
      std::vector<noted_error> errors;
      socket.on_peer_error(note_in(errors));
      for (int i = 0; i < 10; ++i) {
        co_await socket.send_to("to the dead", dead.at());
        co_await socket.send_to("to the living", healthy.local_endpoint());
        const std::string text = co_await receive_text(healthy);
        CHECK(text == "to the living");
      }
      CHECK(errors.size() == 10);
      for (const auto& each : errors) {
        CHECK(each.peer == dead.at());
        CHECK(each.error == boost::asio::error::connection_refused);
        CHECK(each.payload == "to the dead");
      }
    }
  });
}

TEST_CASE("udp_socket: an error of one peer is told while a receive waits, and the receive goes on") {
  testkit::run([]() -> task<> {
    const closed_endpoint dead;
    auto peer = net::udp_bind("127.0.0.1", 0);
    auto socket = net::udp_bind("127.0.0.1", 0);
    event told;
    socket.on_peer_error([&told](const net::udp_peer_error&) { told.set(); });
    const auto reader = spawn(receive_text, std::ref(socket));
    co_await until_it_waits(peer);
    co_await socket.send_to("to the dead", dead.at());
    co_await told.wait();
    CHECK_FALSE(reader.ready());
    co_await peer.send_to("from the living", socket.local_endpoint());
    const std::string text = co_await reader;
    CHECK(text == "from the living");
  });
}

TEST_CASE("udp_socket: without a callback errors of peers disturb nothing") {
  testkit::run([]() -> task<> {
    const closed_endpoint dead;
    auto socket = net::udp_bind("127.0.0.1", 0);
    for (int i = 0; i < 5; ++i) {
      co_await socket.send_to("to the dead", dead.at());
      co_await socket.send_to("to myself", socket.local_endpoint());
      const std::string text = co_await receive_text(socket);
      CHECK(text == "to myself");
    }
  });
}

TEST_CASE("udp_socket: on both families the dead peer of either is told with its own address" *
          doctest::skip(!has_ipv6())) {
  testkit::run([]() -> task<> {
    auto socket = net::udp_bind("", 0);
    std::vector<noted_error> errors;
    socket.on_peer_error(note_in(errors));
    const closed_endpoint dead4("127.0.0.1");
    const closed_endpoint dead6("::1");
    co_await socket.send_to("four", dead4.at());
    co_await socket.send_to("six", dead6.at());
    co_await socket.send_to("self", net::udp_endpoint(net::parse_address("::1").value(), socket.port()));
    const std::string text = co_await receive_text(socket);
    CHECK(text == "self");
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].peer == dead4.at());
    CHECK(errors[1].peer == dead6.at());
  });
}

TEST_CASE("udp_socket: a callback may kill the task whose operation tells it") {
  testkit::run([]() -> task<> {
    const closed_endpoint dead;
    auto peer = net::udp_bind("127.0.0.1", 0);
    auto socket = net::udp_bind("127.0.0.1", 0);
    auto reader = spawn(receive_text, std::ref(socket));
    socket.on_peer_error([&reader](const net::udp_peer_error&) { reader.kill("a peer is gone"); });
    co_await until_it_waits(peer);
    co_await socket.send_to("to the dead", dead.at());
    co_await reader.join();
    CHECK(reader.killed());
  });
}

TEST_CASE("udp_socket: a batch passes over what cannot be sent, and says so") {
  testkit::run([]() -> task<> {
    auto peer = net::udp_bind("127.0.0.1", 0);
    auto socket = net::udp_bind("127.0.0.1", 0);
    std::vector<noted_error> errors;
    socket.on_peer_error(note_in(errors));
    net::udp_batch batch;
    const net::udp_endpoint nowhere(net::parse_address("127.0.0.1").value(), 0);
    CHECK(batch.try_push("one", peer.local_endpoint()));
    CHECK(batch.try_push("lost", nowhere));
    CHECK(batch.try_push("two", peer.local_endpoint()));
    const std::size_t sent = co_await socket.send_batch(batch);
    CHECK(sent == 2);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].peer == nowhere);
    CHECK(errors[0].payload == "lost");
    const std::string first = co_await receive_text(peer);
    const std::string second = co_await receive_text(peer);
    CHECK(first + second == "onetwo");
  });
}
