#include <weft/testkit/link_fate.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/this_task.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/tcp_link.hpp>
#include <weft/testkit/udp_link.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "net/descriptor_limit.hpp"

using namespace weft;
using namespace std::chrono_literals;
using testkit::link_direction;

namespace {

/// Sends `count` numbered datagrams through a link; gives those that arrived, in their order.
task<std::vector<int>> numbers_through(testkit::link_options options, int count, testkit::link_statistics& told) {
  net::udp_options roomy;
  roomy.receive_buffer = 1 << 20;
  auto target = net::udp_bind("127.0.0.1", 0, roomy);
  auto client = net::udp_bind("127.0.0.1", 0);
  testkit::udp_link link(net::udp_bind("127.0.0.1", 0, roomy), target.local_endpoint(), options);
  auto relaying = spawn([&link] { return link.run(); });
  std::vector<int> arrived;
  auto receive = [&]() -> task<> {
    std::array<char, 100> buffer{};
    for (;;) {
      const auto got = co_await target.receive_from(buffer);
      arrived.push_back(std::atoi(std::string(buffer.data(), got.size).c_str()));
    }
  };
  auto receiving = spawn(receive);
  for (int i = 0; i < count; ++i) {
    co_await client.send_to(std::to_string(i), link.endpoint());
    while (link.statistics().packets <= static_cast<std::uint64_t>(i)) co_await yield();
  }
  for (;;) {
    const auto& so_far = link.statistics();
    if (so_far.delivered + so_far.lost == so_far.packets + so_far.duplicated && arrived.size() == so_far.delivered)
      break;
    co_await sleep(1ms);
  }
  told = link.statistics();
  co_await relaying.kill_join();
  co_await receiving.kill_join();
  co_return arrived;
}

task<> echo(net::tcp_socket socket) {
  std::array<char, 4096> buffer{};
  while (const std::size_t got = co_await socket.read_some(buffer))
    co_await socket.write_all(std::span(buffer).first(got));
}

/// What comes back of `text` from an echo server behind a link.
task<std::string> echo_through(testkit::link_options options, std::string text) {
  auto listener = net::listen("127.0.0.1", 0);
  const auto at = listener.local_endpoint();
  auto serving = spawn(net::serve, std::move(listener), echo, net::serve_options{});
  testkit::tcp_link link(net::listen("127.0.0.1", 0), at, options);
  auto relaying = spawn([&link] { return link.run(); });
  auto client = co_await net::connect(link.endpoint());
  co_await client.write_all(text);
  client.shutdown_write();
  std::string all;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = co_await client.read_some(buffer)) all.append(buffer.data(), got);
  co_await relaying.kill_join();
  co_await serving.kill_join();
  co_return all;
}

}  // namespace

TEST_CASE("link: a packet's fate follows from seed, number and direction") {
  testkit::link_options options;
  options.loss = 0.3;
  options.duplicate = 0.2;
  options.corrupt = 0.1;
  options.delay = 100ms;
  options.jitter = 50ms;
  int lost = 0;
  int repeated = 0;
  int spoilt = 0;
  int differs_by_direction = 0;
  int differs_by_seed = 0;
  auto other = options;
  other.seed = 2;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const auto fate = testkit::decide_fate(options, i, link_direction::there, 100);
    const auto again = testkit::decide_fate(options, i, link_direction::there, 100);
    CHECK(fate.lost == again.lost);
    CHECK(fate.delay == again.delay);
    lost += fate.lost ? 1 : 0;
    repeated += fate.second ? 1 : 0;
    spoilt += fate.corrupted ? 1 : 0;
    differs_by_direction += fate.lost != testkit::decide_fate(options, i, link_direction::back, 100).lost ? 1 : 0;
    differs_by_seed += fate.lost != testkit::decide_fate(other, i, link_direction::there, 100).lost ? 1 : 0;
    if (fate.lost) continue;
    CHECK(fate.delay >= 50ms);
    CHECK(fate.delay <= 150ms);
    CHECK(fate.corrupted_at < 100);
    CHECK(fate.corrupted_by != 0);
  }
  CHECK(std::abs(lost - 3000) < 300);
  CHECK(std::abs(repeated - 1400) < 300);
  CHECK(std::abs(spoilt - 700) < 200);
  CHECK(std::abs(differs_by_direction - 4200) < 500);
  CHECK(std::abs(differs_by_seed - 4200) < 500);
}

TEST_CASE("link: a rate makes packets wait for those before them, and a full queue loses them") {
  testkit::link_options options;
  options.rate = 1000;
  options.queue = 500;
  testkit::link_rate rate;
  const time_point start(1h);
  CHECK(rate.pass(options, start, 100) == start + 100ms);
  CHECK(rate.pass(options, start, 500) == start + 600ms);
  CHECK_FALSE(rate.pass(options, start, 1).has_value());
  CHECK(rate.pass(options, start + 200ms, 100) == start + 700ms);
}

TEST_CASE("udp_link: the same seed loses and repeats the same packets") {
  testkit::link_options options;
  options.seed = 7;
  options.loss = 0.3;
  options.duplicate = 0.2;
  std::vector<std::vector<int>> runs;
  for (int run = 0; run < 2; ++run) {
    testkit::run([&]() -> task<> {
      testkit::link_statistics told;
      runs.push_back(co_await numbers_through(options, 200, told));
      CHECK(told.packets == 200);
      CHECK(told.lost > 0);
      CHECK(told.duplicated > 0);
      CHECK(told.delivered == runs.back().size());
    });
  }
  CHECK(runs[0] == runs[1]);
}

TEST_CASE("udp_link: what is reordered is overtaken, and nothing else changes") {
  testkit::run([]() -> task<> {
    testkit::link_options options;
    options.reorder = 0.3;
    testkit::link_statistics told;
    auto arrived = co_await numbers_through(options, 100, told);
    REQUIRE(arrived.size() == 100);
    CHECK_FALSE(std::is_sorted(arrived.begin(), arrived.end()));
    std::sort(arrived.begin(), arrived.end());
    for (int i = 0; i < 100; ++i) CHECK(arrived[static_cast<std::size_t>(i)] == i);
  });
}

TEST_CASE("udp_link: answers go back to the client that asked, and a cut link passes nothing") {
  testkit::run([]() -> task<> {
    auto target = net::udp_bind("127.0.0.1", 0);
    auto one = net::udp_bind("127.0.0.1", 0);
    auto two = net::udp_bind("127.0.0.1", 0);
    testkit::udp_link link(net::udp_bind("127.0.0.1", 0), target.local_endpoint());
    auto relaying = spawn([&link] { return link.run(); });
    auto answer = [&]() -> task<> {
      net::udp_batch batch;
      for (;;) {
        co_await target.receive_batch(batch);
        co_await target.send_batch(batch);
      }
    };
    auto answering = spawn(answer);
    std::array<char, 100> buffer{};
    co_await one.send_to("of one", link.endpoint());
    co_await two.send_to("of two", link.endpoint());
    const auto to_two = co_await two.receive_from(buffer);
    CHECK(std::string(buffer.data(), to_two.size) == "of two");
    const auto to_one = co_await one.receive_from(buffer);
    CHECK(std::string(buffer.data(), to_one.size) == "of one");
    link.cut();
    co_await one.send_to("lost", link.endpoint());
    while (link.statistics().lost == 0) co_await sleep(1ms);
    link.mend();
    co_await one.send_to("after", link.endpoint());
    const auto after = co_await one.receive_from(buffer);
    CHECK(std::string(buffer.data(), after.size) == "after");
    co_await relaying.kill_join();
    co_await answering.kill_join();
  });
}

TEST_CASE("udp_link: where descriptors run out the client that was quiet longest loses its port, and gets another" *
          doctest::skip(needs_descriptors)) {
  testkit::run([]() -> task<> {
    auto target = net::udp_bind("127.0.0.1", 0);
    auto one = net::udp_bind("127.0.0.1", 0);
    auto two = net::udp_bind("127.0.0.1", 0);
    testkit::udp_link link(net::udp_bind("127.0.0.1", 0), target.local_endpoint());
    auto relaying = spawn([&link] { return link.run(); });
    std::array<char, 100> buffer{};
    auto ask = [&](net::udp_socket& client) -> task<net::udp_endpoint> {
      co_await client.send_to("question", link.endpoint());
      const auto asked = co_await target.receive_from(buffer);
      co_await target.send_to("answer", asked.endpoint);
      co_await client.receive_from(buffer);
      co_return asked.endpoint;
    };
    co_await yield();
    {
      const descriptor_limit room_for_one(static_cast<rlim_t>(next_descriptor()) + 1);
      const auto first = co_await ask(one);
      CHECK(co_await ask(one) == first);
      co_await ask(two);
      co_await ask(one);
    }
    {
      const descriptor_limit none(0);
      co_await two.send_to("nobody", link.endpoint());
      while (link.statistics().lost == 0) co_await sleep(1ms);
    }
    co_await ask(two);
    co_await relaying.kill_join();
  });
}

TEST_CASE("udp_link: corruption changes one byte") {
  testkit::run([]() -> task<> {
    auto target = net::udp_bind("127.0.0.1", 0);
    auto client = net::udp_bind("127.0.0.1", 0);
    testkit::link_options options;
    options.corrupt = 1;
    testkit::udp_link link(net::udp_bind("127.0.0.1", 0), target.local_endpoint(), options);
    auto relaying = spawn([&link] { return link.run(); });
    const std::string text = "a text of some bytes";
    co_await client.send_to(text, link.endpoint());
    std::string got(100, ' ');
    const auto received = co_await target.receive_from(got);
    REQUIRE(received.size == text.size());
    int changed = 0;
    for (std::size_t i = 0; i < text.size(); ++i) changed += text[i] != got[i] ? 1 : 0;
    CHECK(changed == 1);
    co_await relaying.kill_join();
  });
}

TEST_CASE("tcp_link: a stream comes whole through loss, delay and a rate") {
  testkit::run([]() -> task<> {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + ' ';
    testkit::link_options options;
    options.loss = 0.02;
    options.delay = 1ms;
    options.jitter = 1ms;
    options.rate = 10'000'000;
    const std::string back = co_await echo_through(options, text);
    CHECK(back == text);
  });
}

TEST_CASE("tcp_link: a target that is not there resets the connection") {
  testkit::run([]() -> task<> {
    // Bound, so that no one else gets it, the link least of all; and nobody listens.
    const net::tcp_socket::asio_socket closed(this_loop().get_executor(),
                                              net::tcp_endpoint(net::parse_address("127.0.0.1").value(), 0));
    testkit::tcp_link link(net::listen("127.0.0.1", 0), closed.local_endpoint());
    auto relaying = spawn([&link] { return link.run(); });
    auto client = co_await net::connect(link.endpoint());
    std::array<char, 1> one{};
    bool failed = false;
    try {
      co_await client.read_some(one);
    } catch (const boost::system::system_error& error) {
      failed = error.code() == boost::asio::error::connection_reset;
    }
    CHECK(failed);
    co_await relaying.kill_join();
  });
}

TEST_CASE("tcp_link: a cut link holds everything back until it is mended") {
  testkit::run([]() -> task<> {
    auto listener = net::listen("127.0.0.1", 0);
    testkit::tcp_link link(net::listen("127.0.0.1", 0), listener.local_endpoint());
    auto relaying = spawn([&link] { return link.run(); });
    auto client = co_await net::connect(link.endpoint());
    auto server = co_await listener.accept();
    link.cut();
    co_await client.write_all("late");
    while (link.statistics().packets == 0) co_await sleep(1ms);
    for (int i = 0; i < 10; ++i) co_await sleep(1ms);
    CHECK_FALSE(server.has_input());
    link.mend();
    std::string text(4, ' ');
    co_await server.read_exactly(text);
    CHECK(text == "late");
    co_await relaying.kill_join();
  });
}
