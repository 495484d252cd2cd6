#include <weft/mt/keep_alive.hpp>

#include "support.hpp"

#include <weft/mt/loop_ref.hpp>
#include <weft/sync/event.hpp>

#include <doctest/doctest.h>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace mt_test;
using weft::mt::keep_alive;

TEST_CASE("keep_alive: a main that waits for what a thread posts is no deadlock while the guard is there") {
  run_test_on(1, []() -> task<> {
    weft::event done;
    std::promise<void> waits;
    auto work = [guard = keep_alive(), home = weft::loop_ref(weft::this_loop()), &done,
                 begin = waits.get_future()]() mutable {
      begin.wait();
      CHECK(weft::mt::post(home, [&done] { done.set(); }));
      guard.release();
      guard.release();
    };
    std::thread thread(std::move(work));
    weft::this_loop().post([&waits] { waits.set_value(); });
    co_await done.wait();
    thread.join();
  });
}

TEST_CASE("keep_alive: without anything to come, letting go of the last guard makes it a deadlock") {
  std::thread thread;
  std::string main_saw;
  auto body = [&]() -> task<> {
    weft::event for_ever;
    keep_alive first;
    keep_alive second = std::move(first);
    thread = std::thread([guard = std::move(second)]() mutable { guard.release(); });
    main_saw = co_await outcome_of(for_ever.wait());
  };
  CHECK(run_loops(1, body).code == 1);
  CHECK(main_saw == "cancelled: deadlock");
  thread.join();
}

TEST_CASE("keep_alive: does not keep run() from ending, and may outlive the loop") {
  std::optional<keep_alive> kept;
  run_test_on(2, [&]() -> task<> {
    kept.emplace();
    co_return;
  });
  kept.reset();
}

}  // namespace
