#include "sweep.hpp"

#include <weft/base/scope_exit.hpp>
#include <weft/core/as_completed.hpp>
#include <weft/core/every.hpp>
#include <weft/core/finally.hpp>
#include <weft/core/map.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace {

using namespace sweep;
using weft::task;
using weft::task_group;

/// Work of so many hours that counts itself.
class shift {
 public:
  task<int> work(int hours) {
    ++running_;
    const weft::scope_exit end([this] { --running_; });
    co_await weft::sleep(std::chrono::hours(hours));
    co_await weft::yield();
    co_return hours;
  }
  [[nodiscard]] int running() const noexcept { return running_; }

 private:
  int running_ = 0;
};

TEST_CASE("sweep: as_completed") {
  auto scenario = []() -> task<> {
    shift s;
    std::vector<int> order;
    auto body = [&](task_group& group) -> task<> {
      std::vector<weft::handle<int>> handles;
      auto work = [&](int hours) -> task<int> { return s.work(hours); };
      for (const int hours : {3, 1, 2}) handles.push_back(co_await group.spawn(work, hours));
      auto ended = weft::as_completed(handles);
      while (auto h = co_await ended.next()) order.push_back(co_await *h);
    };
    auto check = [&] { expect(s.running() == 0, "a child still runs"); };
    co_await scope_then(body, check);
    expect(order == std::vector<int>{1, 2, 3}, "the order of the ends");
  };
  everything(scenario);
}

TEST_CASE("sweep: map") {
  auto scenario = []() -> task<> {
    shift s;
    auto f = [&](int hours) -> task<int> { return s.work(hours); };
    std::vector<int> results;
    auto body = [&](task_group& /*unused*/) -> task<> {
      const std::vector<int> hours{3, 1, 2, 1};
      weft::map_options options;
      options.limit = 2;
      results = co_await weft::map(hours, f, options);
    };
    auto check = [&] { expect(s.running() == 0, "an element still runs"); };
    co_await scope_then(body, check);
    expect(results == std::vector<int>{3, 1, 2, 1}, "the order of the range");
  };
  everything(scenario);
}

TEST_CASE("sweep: map_unordered, to its end") {
  auto scenario = []() -> task<> {
    shift s;
    int sum = 0;
    auto f = [&](int hours) -> task<int> { return s.work(hours); };
    auto body = [&](task_group& /*unused*/) -> task<> {
      const std::vector<int> hours{3, 1, 2, 1};
      weft::map_options options;
      options.limit = 2;
      auto results = weft::map_unordered(hours, f, options);
      while (auto r = co_await results.next()) sum += *r;
    };
    auto check = [&] { expect(s.running() == 0, "an element still runs"); };
    co_await scope_then(body, check);
    expect(sum == 7, "every result");
  };
  everything(scenario);
}

TEST_CASE("sweep: map_unordered in a group, left early or closed") {
  auto scenario = []() -> task<> {
    shift s;
    auto f = [&](int hours) -> task<int> { return s.work(hours); };
    auto body = [&](task_group& group) -> task<> {
      const std::vector<int> hours{3, 1, 2, 1};
      {
        auto left = weft::map_unordered(group, hours, f);
        const auto first = co_await left.next();
        expect(first == 1, "the first to end");
      }
      auto closed = weft::map_unordered(hours, f);
      const auto first = co_await closed.next();
      expect(first == 1, "the first to end");
      co_await closed.close();
    };
    auto check = [&] { expect(s.running() == 0, "an element still runs"); };
    co_await scope_then(body, check);
  };
  everything(scenario);
}

TEST_CASE("sweep: imap, to its end, and in a group, left early") {
  auto scenario = []() -> task<> {
    shift s;
    std::vector<int> results;
    auto f = [&](int hours) -> task<int> { return s.work(hours); };
    auto body = [&](task_group& group) -> task<> {
      const std::vector<int> hours{3, 1, 2, 1};
      weft::map_options options;
      options.limit = 2;
      auto all = weft::imap(hours, f, options);
      while (auto r = co_await all.next()) results.push_back(*r);
      auto left = weft::imap(group, hours, f);
      const auto first = co_await left.next();
      expect(first == 3, "the first of the range");
    };
    auto check = [&] { expect(s.running() == 0, "an element still runs"); };
    co_await scope_then(body, check);
    expect(results == std::vector<int>{3, 1, 2, 1}, "the order of the range");
  };
  everything(scenario);
}

TEST_CASE("sweep: map_unordered, where an element fails") {
  auto scenario = []() -> task<> {
    shift s;
    bool failed = false;
    auto f = [&](int hours) -> task<int> {
      const int worked = co_await s.work(hours);
      if (worked == 2) throw std::out_of_range("boom");
      co_return worked;
    };
    auto body = [&](task_group& /*unused*/) -> task<> {
      const std::vector<int> hours{3, 1, 2, 9};
      auto results = weft::map_unordered(hours, f);
      try {
        while (auto r = co_await results.next()) expect(*r == 1, "what ends before the failure");
      } catch (const std::out_of_range&) {
        failed = true;
        expect(s.running() == 0, "the others have ended");
      }
    };
    auto check = [&] { expect(s.running() == 0, "an element still runs"); };
    co_await scope_then(body, check);
    expect(failed, "the failure reaches the caller");
  };
  everything(scenario);
}

TEST_CASE("sweep: finally and with") {
  struct line {
    int* open;
    task<> close() {
      co_await weft::sleep(1ms);
      --*open;
    }
  };
  auto scenario = []() -> task<> {
    int open = 0;
    int begun = 0;
    int cleaned = 0;
    auto talk = [](line&) -> task<int> {
      co_await weft::sleep(1h);
      co_return 1;
    };
    auto work = [&]() -> task<int> {
      ++begun;
      ++open;
      line made{&open};
      co_return co_await weft::with(made, talk);
    };
    auto cleanup = [&]() -> task<> {
      co_await weft::sleep(1ms);
      ++cleaned;
    };
    auto body = [&](task_group& /*unused*/) -> task<> {
      const int got = co_await weft::finally(work, cleanup);
      expect(got == 1, "the result of the body");
    };
    auto check = [&] {
      expect(open == 0, "a line is open");
      expect(begun == cleaned, "no cleanup");
    };
    co_await scope_then(body, check);
  };
  everything(scenario);
}

TEST_CASE("sweep: every") {
  auto scenario = []() -> task<> {
    weft::ticker tick = weft::every(1h);
    const weft::time_point first = tick.due();
    for (int i = 0; i < 3; ++i) {
      const weft::time_point due = co_await tick.next();
      expect(due == first + i * 1h, "a tick each hour");
      expect(weft::now() == due, "on time");
    }
  };
  everything(scenario);
}

}  // namespace
