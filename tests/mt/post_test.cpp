#include <weft/mt/loop_ref.hpp>

#include "support.hpp"

#include <weft/mt/event.hpp>
#include <weft/mt/keep_alive.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace mt_test;

TEST_CASE("post: calls of one thread run in their order, on the loop's thread") {
  run_test_on(2, []() -> task<> {
    const auto home = std::this_thread::get_id();
    std::vector<int> order;
    bool elsewhere = false;
    weft::mt::event done;
    std::thread thread([&, to = weft::loop_ref(weft::this_loop())] {
      for (int i = 0; i < 1000; ++i) {
        weft::mt::post(to, [&, i] {
          order.push_back(i);
          elsewhere = elsewhere || std::this_thread::get_id() != home;
        });
      }
      weft::mt::post(to, [&] { done.set(); });
    });
    co_await done.wait();
    thread.join();
    CHECK_FALSE(elsewhere);
    REQUIRE(order.size() == 1000);
    for (int i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  });
}

TEST_CASE("post: what it throws is reported") {
  const auto result = run_loops(2, []() -> task<> {
    weft::mt::event done;
    weft::mt::post(1, [] { throw std::runtime_error("posted"); });
    weft::mt::post(1, [&] { done.set(); });
    co_await done.wait();
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"callback: posted"});
}

TEST_CASE("post: to a loop that has ended it says so, and drops the call") {
  std::optional<weft::loop_ref> gone;
  run_test_on(1, [&]() -> task<> {
    gone.emplace(weft::this_loop());
    co_return;
  });
  int alive = 0;
  bool called = false;
  CHECK_FALSE(weft::mt::post(*gone, [&, kept = tracker(alive)] { called = true; }));
  CHECK_FALSE(called);
  CHECK(alive == 0);
}

TEST_CASE("post: what was accepted is called, also at the very end of the loop") {
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> accepted = 0;
    std::atomic<int> called = 0;
    std::vector<std::thread> senders;
    run_test_on(2, [&]() -> task<> {
      for (std::size_t target = 0; target < 2; ++target) {
        auto send = [&, to = weft::loop_ref(target)] {
          while (weft::mt::post(to, [&called] { ++called; })) {
            ++accepted;
            std::this_thread::yield();
          }
        };
        senders.emplace_back(send);
      }
      while (called < 50) co_await weft::yield();
    });
    for (auto& each : senders) each.join();
    CHECK(called == accepted);
  }
}

}  // namespace
