#include <weft/core/run.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

weft::task<int> branch(int depth) {
  if (depth == 0) {
    co_await weft::sleep(1us);
    co_return 1;
  }
  auto left = weft::spawn(branch, depth - 1);
  auto right = weft::spawn(branch, depth - 1);
  const int sum_left = co_await left;
  const int sum_right = co_await right;
  co_return sum_left + sum_right;
}

TEST_CASE("run: loops on several threads share nothing") {
  constexpr int threads = 4;
  std::vector<int> leaves(threads);
  {
    std::vector<std::jthread> running;
    for (auto& count : leaves) {
      running.emplace_back([&count] {
        auto main_task = [&count]() -> weft::task<> { count = co_await branch(10); };
        weft::run(main_task);
      });
    }
  }
  CHECK(leaves == std::vector<int>(threads, 1024));
}

TEST_CASE("run: a thread's loops one after the other start clean") {
  int rounds = 0;
  for (int i = 0; i < 20; ++i) {
    std::jthread([&rounds] {
      auto main_task = [&rounds]() -> weft::task<> {
        auto body = [](weft::task_group& group) -> weft::task<> {
          for (int child = 0; child < 10; ++child) group.spawn(branch, 2);
          co_return;
        };
        co_await weft::scope(body);
        ++rounds;
      };
      weft::run(main_task);
    }).join();
  }
  CHECK(rounds == 20);
}

}  // namespace
