#include <weft/core/context.hpp>

#include "support.hpp"

#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>

#include <doctest/doctest.h>

namespace {

using namespace core_test;
using weft::context;
using weft::task;

const context<std::string> request("none");
const context<int> depth;

task<std::string> read_request() {
  co_await weft::yield();
  co_return request.get();
}

TEST_CASE("context: what is bound is seen until the end of the block, the initial value otherwise") {
  CHECK(request.get() == "none");
  run_test([]() -> task<> {
    CHECK(*request == "none");
    CHECK(*depth == 0);
    {
      const auto bound = request.bind("42");
      CHECK(*request == "42");
      CHECK(request->size() == 2);
      {
        const auto deeper = depth.bind(1);
        const auto again = request.bind("43");
        CHECK(*request == "43");
        CHECK(*depth == 1);
        const std::string awaited = co_await read_request();
        CHECK(awaited == "43");
      }
      CHECK(*request == "42");
      CHECK(*depth == 0);
    }
    CHECK(*request == "none");
  });
}

TEST_CASE("context: a child keeps what was bound when it was spawned, and its children as well") {
  run_test([]() -> task<> {
    weft::handle<std::string> child;
    {
      const auto bound = request.bind("42");
      auto parent = []() -> task<std::string> { co_return co_await weft::spawn(read_request); };
      child = weft::spawn(parent);
    }
    const auto later = weft::spawn(read_request);
    const auto rebound = request.bind("43");
    const std::string inherited = co_await child;
    const std::string initial = co_await later;
    CHECK(inherited == "42");
    CHECK(initial == "none");
  });
}

TEST_CASE("context: what a child binds its parent does not see, nor its siblings") {
  run_test([]() -> task<> {
    const auto bound = request.bind("42");
    auto child = [](std::string id) -> task<> {
      const auto own = request.bind(id);
      co_await weft::yield();
      CHECK(*request == id);
    };
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(child, "a");
      group.spawn(child, "b");
      co_await weft::yield();
      CHECK(*request == "42");
    };
    co_await weft::scope(body);
    CHECK(*request == "42");
  });
}

TEST_CASE("context: a value ends when the last who sees it has ended") {
  int alive = 0;
  run_test([&]() -> task<> {
    const context<std::shared_ptr<tracker>> tracked;
    weft::handle<void> child;
    {
      const auto bound = tracked.bind(std::make_shared<tracker>(alive));
      auto waits = []() -> task<> { co_await weft::sleep(1h); };
      child = weft::spawn(waits);
    }
    CHECK(alive == 1);
    co_await weft::yield();
    co_await child.kill_join();
    CHECK(alive == 0);
  });
}

}  // namespace
