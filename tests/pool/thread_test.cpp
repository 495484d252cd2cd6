#include <weft/pool/thread.hpp>

#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <unistd.h>

namespace {

using namespace pool_test;
using weft::task;
using weft::thread;

const weft::thread_info* find(const std::vector<weft::thread_info>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &weft::thread_info::name);
  return found == all.end() ? nullptr : &*found;
}

TEST_CASE("thread: runs its function with copies of the arguments, and is waited for by join()") {
  std::string text = "copied";
  std::string seen;
  const thread worker([&seen](const std::string& given) { seen = given; }, text);
  text = "changed";
  worker.join();
  worker.join();
  CHECK(seen == "copied");
  CHECK_FALSE(worker.alive());
}

TEST_CASE("thread: has a name, here, in threads() and in the system's lists") {
  const held_work held;
  std::string inside;
  std::string listed;
  const thread worker({.name = "a-rather-long-name"}, [&, held] {
    inside = weft::this_thread::name();
    std::getline(std::ifstream("/proc/self/task/" + std::to_string(::gettid()) + "/comm"), listed);
    held();
  });
  held.wait_until_begun();
  CHECK(worker.name() == "a-rather-long-name");
  CHECK(worker.alive());
  const auto all = weft::threads();
  CHECK(find(all, "main") != nullptr);
  const auto* known = find(all, "a-rather-long-name");
  REQUIRE(known != nullptr);
  CHECK(known->kind == weft::thread_kind::user);
  CHECK(known->tid != ::getpid());
  held.release();
  worker.join();
  CHECK(inside == "a-rather-long-name");
  CHECK(listed == "a-rather-long-n");
  CHECK(find(weft::threads(), "a-rather-long-name") == nullptr);
}

TEST_CASE("thread: those without a name are numbered") {
  const thread first([] {});
  const thread second([] {});
  CHECK(first.name().starts_with("thread-"));
  CHECK(first.name() != second.name());
  CHECK(weft::this_thread::name() == "main");
}

TEST_CASE("thread: join_for() gives up when the time is over") {
  const held_work held;
  const thread worker(held);
  held.wait_until_begun();
  CHECK_FALSE(worker.join_for(0s));
  CHECK_FALSE(worker.join_for(1ms));
  held.release();
  CHECK(worker.join_for(1h));
}

TEST_CASE("thread: join() does not rethrow; exception() has what was thrown") {
  const thread worker([] { throw std::runtime_error("no luck"); });
  worker.join();
  CHECK(weft::describe(worker.exception()) == "no luck");
  const thread well([] {});
  well.join();
  CHECK_FALSE(well.exception());
}

TEST_CASE("thread: what a thread has thrown that no one joined is reported, with its name") {
  auto main_task = []() -> task<> {
    {
      const thread lost({.name = "io"}, [] { throw std::runtime_error("lost"); });
    }
    const thread joined([] { throw std::runtime_error("seen"); });
    joined.join();
    co_return;
  };
  const auto run = run_recorded(main_task);
  CHECK(run.unhandled == std::vector<std::string>{"thread io: lost"});
}

TEST_CASE("thread: the destructor joins") {
  std::atomic<bool> ended = false;
  const held_work held;
  {
    const thread worker([&, held] {
      held();
      ended = true;
    });
    held.wait_until_begun();
    held.release();
  }
  CHECK(ended);
}

TEST_CASE("thread: a daemon goes on when its object is destroyed") {
  const held_work held;
  std::promise<void> ended;
  {
    const thread worker({.daemon = true}, [&ended, held] {
      held();
      ended.set_value();
    });
    CHECK(worker.daemon());
    held.wait_until_begun();
  }
  held.release();
  ended.get_future().wait();
}

TEST_CASE("thread: one that joins itself is told so") {
  auto self = std::make_shared<thread>();
  const held_work held;
  *self = thread([self, held] {
    held();
    self->join();
  });
  held.wait_until_begun();
  held.release();
  while (self->alive()) std::this_thread::yield();
  CHECK(weft::describe(self->exception()).ends_with("joins itself"));
  *self = thread();
}

TEST_CASE("thread: a task awaits its end while the loop goes on") {
  run_test([]() -> task<> {
    const held_work held;
    const thread worker(held);
    auto wait = [&]() -> task<> { co_await worker.joined(); };
    CHECK_FALSE(co_await weft::move_on_after(0s, wait));
    held.release();
    co_await worker.joined();
    CHECK_FALSE(worker.alive());
  });
}

TEST_CASE("thread: run() waits for the threads that its tasks have started, not for daemons") {
  const held_work daemon_work;
  std::atomic<bool> ended = false;
  thread left;
  thread daemon;
  auto main_task = [&]() -> task<> {
    left = thread([&] {
      std::this_thread::yield();
      ended = true;
    });
    daemon = thread({.daemon = true}, daemon_work);
    co_return;
  };
  CHECK(weft::run(main_task) == 0);
  CHECK(ended);
  daemon_work.wait_until_begun();
  CHECK(daemon.alive());
  daemon_work.release();
  daemon.join();
}

}  // namespace
