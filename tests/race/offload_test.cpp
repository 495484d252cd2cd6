#include <weft/core/offload.hpp>

#include <weft/core/cancelled.hpp>
#include <weft/core/join.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

TEST_CASE("offload: calls of many tasks run on several threads and each gets its own result") {
  constexpr std::size_t tasks = 50;
  constexpr std::size_t calls = 40;
  std::vector<std::size_t> sums(tasks);
  std::mutex mutex;
  std::set<std::thread::id> threads;

  auto main_task = [&]() -> weft::task<> {
    weft::offload pool(weft::offload_options{.name = "race", .threads = 4});
    auto body = [&](std::size_t index) -> weft::task<> {
      for (std::size_t call = 0; call < calls; ++call) {
        auto work = [&, index, call] {
          const std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
          return index + call;
        };
        sums[index] += co_await pool.run(work);
      }
    };
    std::vector<weft::handle<>> handles;
    for (std::size_t i = 0; i < tasks; ++i) handles.push_back(weft::spawn(body, i));
    co_await weft::joinall(handles);
  };
  CHECK(weft::run(main_task) == 0);

  for (std::size_t i = 0; i < tasks; ++i) CHECK(sums[i] == calls * i + calls * (calls - 1) / 2);
  CHECK(threads.size() <= 4);
  CHECK_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST_CASE("offload: an exception crosses from the thread to the task") {
  std::atomic<int> caught = 0;
  auto main_task = [&]() -> weft::task<> {
    weft::offload pool(weft::offload_options{.threads = 2});
    auto body = [&]() -> weft::task<> {
      auto work = []() -> int { throw std::runtime_error("from the thread"); };
      try {
        co_await pool.run(work);
      } catch (const std::runtime_error&) {
        ++caught;
      }
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 100; ++i) handles.push_back(weft::spawn(body));
    co_await weft::joinall(handles);
  };
  CHECK(weft::run(main_task) == 0);
  CHECK(caught == 100);
}

TEST_CASE("offload: a killed run() has ended on its thread before the task goes on") {
  std::atomic<bool> running = false;
  bool ended_first = false;
  auto main_task = [&]() -> weft::task<> {
    weft::offload pool;
    std::promise<void> started;
    std::promise<void> release;
    auto body = [&]() -> weft::task<> {
      auto work = [&] {
        running = true;
        started.set_value();
        release.get_future().wait();
        running = false;
      };
      try {
        co_await pool.run(work);
      } catch (const weft::cancelled&) {
        ended_first = !running;
        throw;
      }
    };
    auto child = weft::spawn(body);
    co_await race_test::until_set(started.get_future());
    child.kill("enough");
    release.set_value();
    co_await child.join();
    CHECK(child.killed());
  };
  CHECK(weft::run(main_task) == 0);
  CHECK(ended_first);
}

TEST_CASE("offload: an abandoned call may end after its loop") {
  const race_test::hanging_call hangs;
  auto main_task = [&]() -> weft::task<> {
    weft::offload pool;
    auto body = [&]() -> weft::task<> { co_await pool.run_abandonable(hangs); };
    CHECK(co_await race_test::kill_while_it_hangs(weft::spawn(body), hangs));
  };
  CHECK(weft::run(main_task) == 0);
  hangs.finish();
}

TEST_CASE("offload: one pool serves the loops of several threads") {
  weft::offload pool(weft::offload_options{.threads = 3});
  std::atomic<int> calls = 0;
  auto loop_main = [&]() -> weft::task<> {
    auto work = [&] { ++calls; };
    for (int i = 0; i < 200; ++i) co_await pool.run(work);
  };
  std::vector<int> codes(3, -1);
  {
    std::vector<std::jthread> threads;
    for (auto& code : codes) threads.emplace_back([&] { code = weft::run(loop_main); });
  }
  CHECK(codes == std::vector<int>(3, 0));
  CHECK(calls == 600);
}

}  // namespace
