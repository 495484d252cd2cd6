// What holds for the future of every kind of pool.

#include <weft/pool/future.hpp>

#include <weft/core/spawn.hpp>
#include <weft/pool/process_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "core/support.hpp"
#include "fs/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace any_pool_test {

using namespace core_test;

int add(int a, int b) { return a + b; }
int fail(const std::string& text) { throw std::out_of_range(text); }
void rest(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }
/// Waits until the file is there: what threads and processes can be held up with.
void wait_for_file(const std::string& path) {
  while (!std::filesystem::exists(path)) std::this_thread::yield();
}
class gate {
 public:
  [[nodiscard]] std::string path() const { return (folder_.path() / "open").string(); }
  void open() const { folder_.put("open", "x"); }

 private:
  temporary_folder folder_;
};
std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// One worker each.
struct threads {
  template <auto F, class... Args>
  auto submit(const Args&... args) {
    return pool.submit(F, args...);
  }
  template <auto F, class Range>
  std::vector<int> map(const Range& range) {
    std::vector<int> results;
    for (const int result : pool.map(range, F)) results.push_back(result);
    return results;
  }
  weft::thread_pool pool{weft::thread_pool_options{.core = 1}};
};

struct processes {
  template <auto F, class... Args>
  auto submit(const Args&... args) {
    return pool.submit<F>(args...);
  }
  template <auto F, class Range>
  std::vector<int> map(const Range& range) {
    return pool.map<F>(range);
  }
  weft::process_pool pool{weft::process_pool_options{.workers = 1}};
};

int twice(int number) { return 2 * number; }
/// Tells threads apart, of this process and of others.
int worker_id() { return ::gettid(); }

}  // namespace any_pool_test

using any_pool_test::processes;
using any_pool_test::threads;

TEST_CASE_TEMPLATE("any pool: a result comes through the future, as often as it is asked for", Pool, threads,
                   processes) {
  Pool pool;
  const auto sum = pool.template submit<&any_pool_test::add>(1, 2);
  CHECK(sum.get() == 3);
  CHECK(sum.get() == 3);
  CHECK(sum.ok());
  auto text = pool.template submit<&any_pool_test::repeat>(std::string("ab"), 50'000);
  CHECK(std::move(text).get().size() == 100'000);
}

TEST_CASE_TEMPLATE("any pool: a standard exception keeps its type and text", Pool, threads, processes) {
  Pool pool;
  const auto failed = pool.template submit<&any_pool_test::fail>(std::string("too far"));
  CHECK_THROWS_WITH_AS(static_cast<void>(failed.get()), "too far", std::out_of_range);
  CHECK(failed.failed());
  CHECK(pool.template submit<&any_pool_test::add>(1, 1).get() == 2);
}

TEST_CASE_TEMPLATE("any pool: what waits can be cancelled, and the rest goes on", Pool, threads, processes) {
  const any_pool_test::gate held;
  Pool pool;
  const auto first = pool.template submit<&any_pool_test::wait_for_file>(held.path());
  std::vector<weft::future<int>> waiting;
  for (int i = 0; i < 200; ++i) waiting.push_back(pool.template submit<&any_pool_test::add>(i, 0));
  CHECK(waiting.back().cancel());
  CHECK(waiting.back().cancel());
  CHECK_THROWS_AS(static_cast<void>(waiting.back().get()), weft::cancelled);
  waiting.pop_back();
  held.open();
  first.get();
  for (int i = 0; i < 199; ++i) CHECK(waiting[static_cast<std::size_t>(i)].get() == i);
  CHECK_FALSE(waiting.front().cancel());
}

TEST_CASE_TEMPLATE("any pool: get_for() that is over leaves the future as it was", Pool, threads, processes) {
  const any_pool_test::gate held;
  Pool pool;
  const auto slow = pool.template submit<&any_pool_test::wait_for_file>(held.path());
  CHECK_THROWS_AS(slow.get_for(std::chrono::milliseconds(0)), weft::timed_out);
  held.open();
  slow.get_for(std::chrono::hours(1));
  CHECK(slow.ready());
}

TEST_CASE_TEMPLATE("any pool: callbacks are called once, in order", Pool, threads, processes) {
  Pool pool;
  std::vector<int> calls;
  std::promise<void> called;
  const auto sum = pool.template submit<&any_pool_test::add>(1, 2);
  sum.on_done([&] { calls.push_back(1); });
  sum.on_done([&](weft::future<int>& ended) {
    calls.push_back(ended.get());
    called.set_value();
  });
  called.get_future().wait();
  CHECK(calls == std::vector<int>{1, 3});
}

TEST_CASE_TEMPLATE("any pool: tasks await futures", Pool, threads, processes) {
  core_test::run_test([]() -> weft::task<> {
    Pool pool;
    auto sum = pool.template submit<&any_pool_test::add>(1, 2);
    CHECK(co_await sum == 3);
    auto failed = pool.template submit<&any_pool_test::fail>(std::string("too far"));
    const std::string outcome = co_await core_test::outcome_of(std::move(failed));
    CHECK(outcome == "too far");
  });
}

TEST_CASE_TEMPLATE("any pool: dropping the future does not cancel the work, and the end waits for it", Pool, threads,
                   processes) {
  std::promise<void> ended;
  {
    Pool pool;
    pool.template submit<&any_pool_test::rest>(5).on_done([&] { ended.set_value(); });
  }
  CHECK(ended.get_future().wait_for(std::chrono::seconds(0)) == std::future_status::ready);
}

TEST_CASE_TEMPLATE("any pool: map() keeps the order", Pool, threads, processes) {
  Pool pool;
  CHECK(pool.template map<&any_pool_test::twice>(std::vector<int>{1, 2, 3}) == std::vector<int>{2, 4, 6});
}

TEST_CASE_TEMPLATE("any pool: map() over nothing gives nothing", Pool, threads, processes) {
  Pool pool;
  CHECK(pool.template map<&any_pool_test::twice>(std::vector<int>()).empty());
}

TEST_CASE_TEMPLATE("any pool: who waits is woken when the work is cancelled", Pool, threads, processes) {
  const any_pool_test::gate held;
  Pool pool;
  const auto first = pool.template submit<&any_pool_test::wait_for_file>(held.path());
  const auto waiting = pool.template submit<&any_pool_test::add>(1, 2);
  std::promise<void> about_to_wait;
  std::jthread canceller([&] {
    about_to_wait.get_future().wait();
    CHECK(waiting.cancel("not needed"));
  });
  about_to_wait.set_value();
  std::string reason;
  try {
    static_cast<void>(waiting.get());
  } catch (const weft::cancelled& killed) {
    reason = killed.reason();
  }
  CHECK(reason == "not needed");
  held.open();
}

TEST_CASE_TEMPLATE("any pool: a failure leaves the workers as they are", Pool, threads, processes) {
  Pool pool;
  const auto before = pool.template submit<&any_pool_test::worker_id>().get();
  for (int i = 0; i < 20; ++i)
    CHECK_THROWS(static_cast<void>(pool.template submit<&any_pool_test::fail>(std::string("no")).get()));
  CHECK(pool.template submit<&any_pool_test::worker_id>().get() == before);
}

TEST_CASE_TEMPLATE("any pool: a callback may submit more", Pool, threads, processes) {
  Pool pool;
  std::promise<weft::future<int>> next;
  const auto first = pool.template submit<&any_pool_test::add>(1, 2);
  first.on_done(
      [&](weft::future<int>& ended) { next.set_value(pool.template submit<&any_pool_test::add>(ended.get(), 3)); });
  CHECK(next.get_future().get().get() == 6);
}

TEST_CASE_TEMPLATE("any pool: a cancelled one tells its callbacks, and those that wait in tasks", Pool, threads,
                   processes) {
  core_test::run_test([]() -> weft::task<> {
    const any_pool_test::gate held;
    Pool pool;
    const auto first = pool.template submit<&any_pool_test::wait_for_file>(held.path());
    auto waiting = pool.template submit<&any_pool_test::add>(1, 2);
    bool called = false;
    waiting.on_done([&](weft::future<int>& ended) { called = ended.cancelled(); });
    auto cancel = [&]() -> weft::task<> {
      waiting.cancel();
      co_return;
    };
    auto cancelling = weft::spawn(cancel);
    co_await waiting.join();
    CHECK(called);
    CHECK(waiting.cancelled());
    co_await cancelling;
    held.open();
  });
}
