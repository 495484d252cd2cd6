#include "allocation_counter.hpp"
#include "support.hpp"

#include <weft/core/asio.hpp>
#include <weft/core/frame_allocator.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace {

using namespace core_test;
namespace asio = boost::asio;
using weft::task;
using socket_type = asio::basic_stream_socket<asio::local::stream_protocol, weft::loop::executor_type>;

/// Does `step()` until memory has settled, then some more; gives the allocations of the latter.
template <class F>
task<std::size_t> allocations_of(F step) {
  for (int i = 0; i < 50; ++i) co_await step();
  const std::size_t before = allocations();
  for (int i = 0; i < 500; ++i) co_await step();
  co_return allocations() - before;
}

bool frames_are_counted() {
  const std::size_t before = allocations();
  weft::detail::free_frame(weft::detail::allocate_frame(10'000), 10'000);
  return weft::detail::frames_are_recycled && allocations() == before + 1;
}

TEST_CASE("asio: awaiting an operation allocates nothing") {
  if (!frames_are_counted()) return;
  run_test([]() -> task<> {
    const auto executor = weft::this_loop().get_executor();
    auto post = [&]() -> task<> { co_await asio::post(executor, asio::deferred); };
    const std::size_t of_post = co_await allocations_of(post);
    CHECK(of_post == 0);

    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               weft::loop::executor_type>
        timer(executor);
    auto wait = [&]() -> task<> {
      timer.expires_after(1us);
      co_await timer.async_wait(asio::deferred);
    };
    const std::size_t of_wait = co_await allocations_of(wait);
    CHECK(of_wait == 0);
  });
}

TEST_CASE("asio: reading and writing, ready or not, allocates nothing") {
  if (!frames_are_counted()) return;
  run_test([]() -> task<> {
    const auto executor = weft::this_loop().get_executor();
    socket_type near(executor);
    socket_type far(executor);
    asio::local::connect_pair(near, far);
    std::array<char, 8> out{};
    std::array<char, 8> in{};
    auto ready = [&]() -> task<> {
      co_await near.async_write_some(asio::buffer(out), asio::deferred);
      co_await far.async_read_some(asio::buffer(in), asio::deferred);
    };
    const std::size_t of_ready = co_await allocations_of(ready);
    CHECK(of_ready == 0);

    auto echo = [&]() -> task<> {
      std::array<char, 8> data{};
      for (;;) {
        co_await asio::async_read(far, asio::buffer(data), asio::deferred);
        co_await far.async_write_some(asio::buffer(data), asio::deferred);
      }
    };
    auto echoing = weft::spawn(echo);
    auto ping = [&]() -> task<> {
      co_await near.async_write_some(asio::buffer(out), asio::deferred);
      co_await asio::async_read(near, asio::buffer(in), asio::deferred);
    };
    const std::size_t of_ping = co_await allocations_of(ping);
    CHECK(of_ping == 0);
    co_await echoing.kill_join();
  });
}

TEST_CASE("core: yield, sleep, nested awaits, spawn and join, and timeouts live on reused memory") {
  if (!frames_are_counted()) return;
  run_simulated_test([]() -> task<> {
    auto yield = []() -> task<> { co_await weft::yield(); };
    const std::size_t of_yield = co_await allocations_of(yield);
    CHECK(of_yield == 0);
    auto sleep = []() -> task<> { co_await weft::sleep(1us); };
    const std::size_t of_sleep = co_await allocations_of(sleep);
    CHECK(of_sleep == 0);
    auto nested = []() -> task<> { static_cast<void>(co_await give(1)); };
    const std::size_t of_nested = co_await allocations_of(nested);
    CHECK(of_nested == 0);
    auto spawn = []() -> task<> { static_cast<void>(co_await weft::spawn(give<int>, 1)); };
    const std::size_t of_spawn = co_await allocations_of(spawn);
    CHECK(of_spawn == 0);
    auto limited = [&]() -> task<> { co_await weft::timeout(1h, yield); };
    const std::size_t of_timeout = co_await allocations_of(limited);
    CHECK(of_timeout == 0);
    auto grouped = []() -> task<> {
      auto body = [](weft::task_group& group) -> task<> {
        group.spawn(nothing);
        group.spawn(nothing);
        co_return;
      };
      co_await weft::scope(body);
    };
    const std::size_t of_scope = co_await allocations_of(grouped);
    CHECK(of_scope == 0);
  });
}

}  // namespace
