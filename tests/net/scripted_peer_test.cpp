#include <weft/testkit/scripted_peer.hpp>

#include <weft/net/connect.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <string>

using namespace weft;

TEST_CASE("testkit::run: rethrows what the body throws, and tells of failures that no one looked at") {
  auto fail = []() -> task<> {
    throw std::logic_error("from the body");
    co_return;
  };
  CHECK_THROWS_WITH_AS(testkit::run(fail), "from the body", std::logic_error);
  auto lose = [fail]() -> task<> {
    spawn(fail);
    co_await yield();
  };
  CHECK_THROWS_AS(testkit::run(lose), std::runtime_error);
  int sum = 0;
  auto add = [&sum](int a, int b) -> task<> {
    sum = a + b;
    co_return;
  };
  testkit::run(add, 1, 2);
  CHECK(sum == 3);
}

TEST_CASE("scripted_peer: answers step by step and records what came") {
  testkit::run([]() -> task<> {
    event gate;
    auto play = testkit::script().expect("one\n").send("1").expect_bytes(3).wait_for(gate).send("2").finish();
    testkit::scripted_peer peer(play);
    auto socket = co_await net::connect(peer.endpoint());
    std::string answer(1, ' ');
    co_await socket.write_all("one\ntwo");
    co_await socket.read_exactly(answer);
    CHECK(answer == "1");
    gate.set();
    co_await socket.read_exactly(answer);
    CHECK(answer == "2");
    CHECK(co_await socket.read_some(answer) == 0);
    socket.close();
    co_await peer.wait_ended();
    CHECK(peer.received() == "one\ntwo");
    CHECK(peer.connections() == 1);
  });
}

TEST_CASE("scripted_peer: each connection gets its script, the last one is played again") {
  testkit::run([]() -> task<> {
    std::vector<testkit::script> plays{testkit::script().send("a").close(), testkit::script().send("b").close()};
    testkit::scripted_peer peer(plays);
    std::string all;
    for (int i = 0; i < 3; ++i) {
      auto socket = co_await net::connect(peer.endpoint());
      std::string one(1, ' ');
      co_await socket.read_exactly(one);
      all += one;
    }
    CHECK(all == "abb");
    co_await peer.wait_ended(3);
  });
}

TEST_CASE("scripted_peer: a reset reaches the client as one") {
  testkit::run([]() -> task<> {
    auto play = testkit::script().expect_bytes(1).reset();
    testkit::scripted_peer peer(play);
    auto socket = co_await net::connect(peer.endpoint());
    co_await socket.write_all("x");
    boost::system::error_code code;
    try {
      std::string one(1, ' ');
      co_await socket.read_some(one);
    } catch (const boost::system::system_error& error) {
      code = error.code();
    }
    CHECK(code == boost::asio::error::connection_reset);
  });
}
