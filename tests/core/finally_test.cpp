#include <weft/core/finally.hpp>

#include "support.hpp"

#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

namespace {

using namespace core_test;
using weft::task;

TEST_CASE("finally: the cleanup runs behind a body that ends well, which gives its value") {
  run_simulated_test([]() -> task<> {
    std::string order;
    auto body = [&]() -> task<int> {
      co_await weft::yield();
      order += "body ";
      co_return 3;
    };
    auto cleanup = [&]() -> task<> {
      co_await weft::yield();
      order += "cleanup";
    };
    const int value = co_await weft::finally(body, cleanup);
    CHECK(value == 3);
    CHECK(order == "body cleanup");
    auto plain = [&] { order = "plain"; };
    co_await weft::finally(nothing, plain);
    CHECK(order == "plain");
  });
}

TEST_CASE("finally: the cleanup may wait when the body has failed, and then the failure goes on") {
  run_simulated_test([]() -> task<> {
    bool cleaned = false;
    auto body = []() -> task<> { co_await fail_with("broken"); };
    auto cleanup = [&]() -> task<> {
      co_await weft::sleep(1ms);
      cleaned = true;
    };
    const std::string outcome = co_await outcome_of(weft::finally(body, cleanup));
    CHECK(outcome == "broken");
    CHECK(cleaned);
  });
}

TEST_CASE("finally: the cleanup may wait when the task was killed, and then the kill takes effect") {
  run_simulated_test([]() -> task<> {
    bool cleaned = false;
    auto body = []() -> task<int> {
      co_await weft::sleep(1h);
      co_return 1;
    };
    auto cleanup = [&]() -> task<> {
      co_await weft::sleep(1ms);
      cleaned = true;
    };
    auto work = [&]() -> task<> { co_await weft::finally(body, cleanup); };
    const auto h = weft::spawn(work);
    co_await weft::yield();
    co_await h.kill_join("enough");
    CHECK(cleaned);
    CHECK(h.killed());
  });
}

TEST_CASE("finally: a cleanup inside of a timeout is not cut off by it") {
  run_simulated_test([]() -> task<> {
    bool cleaned = false;
    auto body = []() -> task<> { co_await weft::sleep(1h); };
    auto cleanup = [&]() -> task<> {
      co_await weft::sleep(2ms);
      cleaned = true;
    };
    auto work = [&]() -> task<> { co_await weft::finally(body, cleanup); };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, work));
    CHECK(outcome == "timed out");
    CHECK(cleaned);
  });
}

TEST_CASE("finally: a cleanup that fails alone fails the whole") {
  run_simulated_test([]() -> task<> {
    auto cleanup = []() -> task<> { co_await fail_with("cannot close"); };
    const std::string outcome = co_await outcome_of(weft::finally(nothing, cleanup));
    CHECK(outcome == "cannot close");
  });
}

TEST_CASE("finally: a cleanup that fails beside the body is reported, and the body's failure thrown") {
  std::string outcome;
  auto main = [&]() -> task<> {
    auto body = []() -> task<> { co_await fail_with("broken"); };
    auto cleanup = []() -> task<> { co_await fail_with("cannot close"); };
    outcome = co_await outcome_of(weft::finally(body, cleanup));
  };
  const recorded_run run = run_recorded(main);
  CHECK(outcome == "broken");
  REQUIRE(run.unhandled.size() == 1);
  CHECK(run.unhandled.front().starts_with("cleanup of "));
  CHECK(run.unhandled.front().ends_with(": cannot close"));
}

TEST_CASE("finally: a cleanup that fails in a killed task is reported") {
  auto main = []() -> task<> {
    auto body = []() -> task<> { co_await weft::sleep(1h); };
    auto cleanup = []() -> task<> { co_await fail_with("cannot close"); };
    auto work = [&]() -> task<> { co_await weft::finally(body, cleanup); };
    const auto h = weft::spawn(work);
    co_await weft::yield();
    co_await h.kill_join();
    CHECK(h.killed());
  };
  const recorded_run run = run_recorded(main);
  CHECK(run.unhandled.size() == 1);
}

TEST_CASE("finally: a cleanup that takes longer than its budget is ended") {
  run_simulated_test([]() -> task<> {
    auto cleanup = []() -> task<> { co_await weft::sleep(1h); };
    const std::string outcome = co_await outcome_of(weft::finally(nothing, cleanup, 1ms));
    CHECK(outcome == "cleanup took longer than 1 ms");
  });
}

/// A resource whose end takes a wait.
struct connection {
  std::string* log;
  task<> close() {
    co_await weft::yield();
    *log += "closed";
  }
};

task<connection> open(std::string* log) {
  co_await weft::yield();
  *log += "opened ";
  co_return connection{log};
}

task<connection> fail_to_open() {
  co_await weft::yield();
  throw std::runtime_error("no route");
}

TEST_CASE("with: the resource is closed behind the body, whether it ends well or not") {
  run_simulated_test([]() -> task<> {
    std::string log;
    auto body = [](connection& c) -> task<int> {
      *c.log += "used ";
      co_return 5;
    };
    connection made{&log};
    const int value = co_await weft::with(made, body);
    CHECK(value == 5);
    CHECK(log == "used closed");
    log.clear();
    auto fails = [](connection&) -> task<> { co_await fail_with("broken"); };
    const std::string outcome = co_await outcome_of(weft::with(std::ref(made), fails));
    CHECK(outcome == "broken");
    CHECK(log == "closed");
  });
}

TEST_CASE("with: a resource that has to be awaited is opened first, and not closed when that fails") {
  run_simulated_test([]() -> task<> {
    std::string log;
    auto body = [](connection& c) -> task<> {
      *c.log += "used ";
      co_return;
    };
    co_await weft::with(open(&log), body);
    CHECK(log == "opened used closed");
    const std::string outcome = co_await outcome_of(weft::with(fail_to_open(), body));
    CHECK(outcome == "no route");
    struct simple {
      bool* closed;
      void close() noexcept { *closed = true; }
    };
    bool closed = false;
    auto use = [](simple&) -> task<> { co_return; };
    simple made{&closed};
    co_await weft::with(made, use);
    CHECK(closed);
  });
}

}  // namespace
