#include <weft/pool/process_pool.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/pool/shared_buffer.hpp>
#include <weft/pool/this_process.hpp>

#include "core/support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace process_pool_test {

using namespace std::chrono_literals;
using weft::future;
using weft::process_pool;
using weft::process_pool_options;
using weft::submit_options;

constexpr auto a_while = 60s;

int add(int a, int b) { return a + b; }
int square(int x) { return x * x; }
void nothing() {}
pid_t own_pid() { return ::getpid(); }
std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}
std::vector<std::uint8_t> reversed(std::vector<std::uint8_t> bytes) {
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}
std::unique_ptr<std::string> boxed(const std::unique_ptr<std::string>& text) {
  return std::make_unique<std::string>(*text + "!");
}
void fail_with(const std::string& kind) {
  if (kind == "range") throw std::out_of_range("too far");
  if (kind == "system") throw std::system_error(ENOENT, std::generic_category(), "no luck");
  if (kind == "memory") throw std::bad_alloc();
  if (kind == "int") throw 17;
  class own : public std::runtime_error {
    using runtime_error::runtime_error;
  };
  throw own("mine");
}
void crash(int signal) { ::raise(signal); }
void leave(int code) { std::exit(code); }
void leave_at_once(int code) { ::_exit(code); }
void run_for_ever() {
  for (;;) ::pause();
}
int run_until_asked() {
  while (!weft::this_process::stop_requested()) std::this_thread::yield();
  return 1;
}
void ignore_everything() {
  std::signal(SIGTERM, SIG_IGN);
  for (;;) ::pause();
}
/// Ends by itself, but only when it has got the signal that should have ended it.
int outlive_the_signal() {
  static volatile std::sig_atomic_t told = 0;
  std::signal(SIGTERM, [](int) { told = 1; });
  while (told == 0) std::this_thread::yield();
  return 1;
}
std::size_t count_buffers(const std::vector<weft::shared_buffer>& all) { return all.size(); }
/// Waits until a file is there.
void wait_for(const std::string& path) {
  while (!std::filesystem::exists(path)) std::this_thread::yield();
}

/// A name in a folder of its own, for tests that order things between processes.
class gate {
 public:
  gate() {
    std::string pattern = std::filesystem::temp_directory_path() / "weft-pool-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;
  ~gate() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path(const std::string& name = "open") const { return folder_ / name; }
  void open() const { std::ofstream(path()).put('x'); }

 private:
  std::filesystem::path folder_;
};

void wait_until_running(process_pool& pool, std::size_t count) {
  while (pool.stats().given != count) std::this_thread::yield();
}
/// Until the worker has begun the task: it says so in a file.
void touch_and_run_for_ever(const std::string& path) {
  std::ofstream(path).put('x');
  run_for_ever();
}
int touch_and_wait(const std::string& mine, const std::string& other) {
  std::ofstream(mine).put('x');
  wait_for(other);
  return 7;
}

TEST_CASE("process_pool: a task gives its result, from another process") {
  process_pool pool({.workers = 2});
  CHECK(pool.apply<&add>(1, 2) == 3);
  CHECK(pool.submit<&add>(40, 2).get() == 42);
  CHECK(pool.apply<&own_pid>() != ::getpid());
  pool.apply<&nothing>();
  CHECK(pool.apply<[](int x) { return x + 1; }>(1) == 2);
  CHECK(*pool.apply<&boxed>(std::make_unique<std::string>("text")) == "text!");
}

TEST_CASE("process_pool: many tasks give each its own result") {
  process_pool pool({.workers = 3});
  std::vector<future<int>> all;
  for (int i = 0; i < 5000; ++i) all.push_back(pool.submit<&add>(i, 1));
  for (int i = 0; i < 5000; ++i) CHECK(all[static_cast<std::size_t>(i)].get() == i + 1);
  CHECK(pool.stats().completed == 5000);
}

TEST_CASE("process_pool: large arguments and results go through memory") {
  process_pool pool({.workers = 2});
  for (const std::size_t size : {1UL, 60'000UL, 65'536UL, 70'000UL, 16UL << 20U}) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
    auto expected = bytes;
    std::reverse(expected.begin(), expected.end());
    CHECK(pool.apply<&reversed>(bytes) == expected);
  }
  CHECK(pool.apply<&repeat>("abc", 1'000'000).size() == 3'000'000);
}

TEST_CASE("process_pool: results that fill the way back wait for the reader") {
  process_pool pool({.workers = 1});
  std::vector<future<std::string>> all;
  for (int i = 0; i < 200; ++i) all.push_back(pool.submit<&repeat>("x", 60'000UL));
  for (auto& each : all) CHECK(each.get().size() == 60'000);
}

TEST_CASE("process_pool: map and starmap keep the order, map_unordered gives everything") {
  process_pool pool({.workers = 2});
  const std::vector<int> numbers{1, 2, 3, 4, 5};
  CHECK(pool.map<&square>(numbers) == std::vector<int>{1, 4, 9, 16, 25});
  CHECK(pool.starmap<&add>(std::vector<std::tuple<int, int>>{{1, 2}, {3, 4}}) == std::vector<int>{3, 7});
  std::multiset<int> got;
  auto results = pool.map_unordered<&square>(numbers);
  for (const int each : results) got.insert(each);
  CHECK(got == std::multiset<int>{1, 4, 9, 16, 25});
  pool.for_each<&square>(numbers);
  CHECK(pool.map<&square>(std::vector<int>()).empty());
}

TEST_CASE("process_pool: map_unordered gives what is ready first") {
  const gate held;
  process_pool pool({.workers = 2});
  const std::vector<std::string> paths{held.path(), "/"};
  auto results = pool.map_unordered<[](const std::string& path) {
    wait_for(path);
    return path;
  }>(paths);
  auto it = results.begin();
  CHECK(*it == "/");
  held.open();
  ++it;
  CHECK(*it == held.path());
}

TEST_CASE("process_pool: exceptions come back, as themselves where they can") {
  process_pool pool({.workers = 1});
  CHECK_THROWS_WITH_AS(pool.apply<&fail_with>("range"), "too far", std::out_of_range);
  CHECK_THROWS_AS(pool.apply<&fail_with>("memory"), std::bad_alloc);
  CHECK_THROWS_WITH_AS(pool.apply<&fail_with>("int"), "unknown exception", weft::remote_error);
  try {
    pool.apply<&fail_with>("system");
  } catch (const std::system_error& e) {
    CHECK(e.code() == std::errc::no_such_file_or_directory);
  }
  try {
    pool.apply<&fail_with>("own");
  } catch (const weft::remote_error& e) {
    CHECK(e.type().find("own") != std::string::npos);
    CHECK(e.what() == std::string("mine"));
  }
  CHECK(pool.apply<&add>(1, 1) == 2);
  CHECK(pool.stats().started == 1);
}

template <auto F, class... Args>
weft::worker_loss loss_of(process_pool& pool, const Args&... args) {
  try {
    pool.submit<F>(submit_options{.name = "the task"}, args...).get();
  } catch (const weft::worker_lost& e) {
    return {e.task(), e.pid(), e.signal(), e.exit_code(), e.likely_oom()};
  }
  return {};
}

TEST_CASE("process_pool: a worker that crashes costs its task, and is replaced") {
  process_pool pool({.workers = 1});
  const pid_t before = pool.apply<&own_pid>();
  const auto killed = loss_of<&crash>(pool, SIGKILL);
  CHECK(killed.signal == SIGKILL);
  CHECK_FALSE(killed.exit_code);
  CHECK(killed.task == "the task");
  CHECK(killed.pid == before);
  CHECK(loss_of<&leave>(pool, 3).exit_code == 3);
  CHECK(loss_of<&leave_at_once>(pool, 0).exit_code == 0);
  CHECK(pool.apply<&own_pid>() != before);
  CHECK(pool.stats().lost == 3);
}

TEST_CASE("process_pool: what else the lost worker had goes to another") {
  const gate held;
  process_pool pool({.workers = 1});
  for (int i = 0; i < 100; ++i) pool.apply<&add>(i, i);  // short ones: the worker is given several at a time
  std::vector<future<int>> all;
  auto doomed = pool.submit<&crash>(SIGKILL);
  for (int i = 0; i < 50; ++i) all.push_back(pool.submit<&add>(i, 0));
  CHECK_THROWS_AS(doomed.get(), weft::worker_lost);
  for (int i = 0; i < 50; ++i) CHECK(all[static_cast<std::size_t>(i)].get() == i);
}

int count_attempts(const std::string& path, int good_one) {
  std::ofstream(path, std::ios::app) << 'x';
  const auto attempts = static_cast<int>(std::filesystem::file_size(path));
  if (attempts < good_one) ::raise(SIGKILL);
  return attempts;
}

TEST_CASE("process_pool: a lost task is repeated when it may be, up to a limit") {
  const gate files;
  process_pool pool({.workers = 1});
  CHECK(pool.submit<&count_attempts>(submit_options{.retry_lost = 2}, files.path("a"), 3).get() == 3);
  CHECK_THROWS_AS(pool.submit<&count_attempts>(submit_options{.retry_lost = 2}, files.path("b"), 4).get(),
                  weft::poison_task);
  CHECK(std::filesystem::file_size(files.path("b")) == 3);
  CHECK_THROWS_AS(pool.apply<&count_attempts>(files.path("c"), 2), weft::worker_lost);
  CHECK(std::filesystem::file_size(files.path("c")) == 1);
}

TEST_CASE("process_pool: a task that waits is cancelled without a trace") {
  const gate held;
  process_pool pool({.workers = 1});
  auto running = pool.submit<&wait_for>(held.path());
  wait_until_running(pool, 1);
  auto waiting = pool.submit<[](const std::string& path) { std::ofstream(path).put('x'); }>(held.path("ran"));
  CHECK(waiting.cancel("not wanted"));
  CHECK(waiting.cancelled());
  CHECK_THROWS_AS(waiting.get(), weft::cancelled);
  held.open();
  running.get();
  CHECK_FALSE(running.cancel());
  pool.close();
  pool.join();
  CHECK_FALSE(std::filesystem::exists(held.path("ran")));
}

TEST_CASE("process_pool: a running task that is cancelled may end by itself") {
  process_pool pool({.workers = 1});
  const pid_t before = pool.apply<&own_pid>();
  auto running = pool.submit<&run_until_asked>();
  wait_until_running(pool, 1);
  CHECK(running.cancel());
  CHECK_THROWS_AS(running.get(), weft::cancelled);
  CHECK(pool.apply<&own_pid>() == before);
}

TEST_CASE("process_pool: one that does not is ended, by force if need be") {
  const gate files;
  process_pool pool({.workers = 2, .grace = 1ms});
  auto a = pool.submit<&run_for_ever>();
  auto b = pool.submit<&ignore_everything>();
  auto c = pool.submit<&add>(1, 2);
  wait_until_running(pool, 2);
  CHECK(a.cancel());
  CHECK(b.cancel());
  CHECK_THROWS_AS(a.get(), weft::cancelled);
  CHECK_THROWS_AS(b.get(), weft::cancelled);
  CHECK(c.get() == 3);
}

TEST_CASE("process_pool: a worker that outlives SIGTERM is replaced") {
  process_pool pool({.workers = 1, .grace = 50ms});
  auto running = pool.submit<&outlive_the_signal>();
  wait_until_running(pool, 1);
  CHECK(running.cancel());
  CHECK_THROWS_AS(running.get(), weft::cancelled);
  CHECK(pool.apply<&add>(1, 2) == 3);
}

TEST_CASE("process_pool: the place of a task that was cancelled is another's") {
  const gate held;
  process_pool pool({.workers = 1});
  auto running = pool.submit<&wait_for>(held.path());
  auto waiting = pool.submit<&add>(1, 2);
  for (int i = 0; i < 100; ++i) {
    // Taken back before it has begun, or ended while it runs: it depends.
    auto cancelled = pool.submit<&run_until_asked>();
    if (i == 0) {
      running.cancel();
      held.open();
    }
    CHECK(cancelled.cancel());
    auto next = pool.submit<&add>(i, 2);
    CHECK(next.get() == i + 2);
  }
  CHECK(waiting.get() == 3);
}

TEST_CASE("process_pool: a deadline ends a task that runs and one that waits") {
  process_pool pool({.workers = 1});
  auto running = pool.submit<&run_for_ever>(submit_options{.deadline = 50ms});
  auto waiting = pool.submit<&add>(submit_options{.deadline = 1ms}, 1, 2);
  CHECK_THROWS_AS(waiting.get(), weft::timed_out);
  CHECK_THROWS_AS(running.get(), weft::timed_out);
  CHECK(pool.apply<&add>(2, 2) == 4);
}

TEST_CASE("process_pool: a soft deadline asks") {
  process_pool pool({.workers = 1});
  CHECK(pool.submit<&run_until_asked>(submit_options{.deadline = a_while, .soft = 1ms}).get() == 1);
}

TEST_CASE("process_pool: each of several tasks of one worker is asked when its time is over") {
  process_pool pool({.workers = 1});
  for (int n = 0; n < 50; ++n) CHECK(pool.apply<&add>(n, 1) == n + 1);  // short ones: it gets several at a time
  std::vector<future<int>> asked;
  for (int n = 0; n < 8; ++n) asked.push_back(pool.submit<&run_until_asked>(submit_options{.soft = 1ms}));
  for (auto& each : asked) CHECK(each.get() == 1);
}

TEST_CASE("process_pool: get_for() gives up and leaves the future as it was") {
  const gate held;
  process_pool pool({.workers = 1});
  auto waiting = pool.submit<&wait_for>(held.path());
  CHECK_THROWS_AS(waiting.get_for(1ms), weft::timed_out);
  CHECK_FALSE(waiting.ready());
  held.open();
  waiting.get();
}

void report_steps(int n) {
  for (int i = 1; i <= n; ++i) weft::this_process::report(i);
}

TEST_CASE("process_pool: a task reports while it runs") {
  process_pool pool({.workers = 1});
  std::vector<int> told;
  pool.submit<&report_steps>(submit_options{}, [&](int step) { told.push_back(step); }, 100).get();
  CHECK(told.size() == 100);
  CHECK(told.back() == 100);
  pool.apply<&report_steps>(3);  // nobody is told
}

void print(const std::string& text) {
  std::cout << text << std::endl;
  std::cerr << "to errors" << std::endl;
}

TEST_CASE("process_pool: what tasks print is captured, with the name of the task") {
  std::map<std::string, std::string> printed;
  process_pool_options options;
  options.workers = 2;
  options.output = weft::stdio::capture;
  std::mutex mutex;
  options.on_output = [&](const weft::worker_output& what) {
    const std::lock_guard guard(mutex);
    printed[std::string(what.task)] += std::string(what.output) + '|' + std::string(what.errors);
  };
  process_pool pool(std::move(options));
  auto a = pool.submit<&print>(submit_options{.name = "a"}, "one");
  auto b = pool.submit<&print>(submit_options{.name = "b"}, "two");
  a.get();
  b.get();
  CHECK(printed["a"] == "one\n|to errors\n");
  CHECK(printed["b"] == "two\n|to errors\n");
}

int initialised = 0;
void init() { initialised = 5; }
void failing_init() { throw std::runtime_error("no database"); }
void dying_init() { ::_exit(9); }
/// Ends the process where it finds the file, which it removes.
void init_that_dies_once() {
  if (std::filesystem::remove(std::getenv("WEFT_TEST_DIE_ONCE"))) ::_exit(9);
}

TEST_CASE("process_pool: init runs once in each worker, before its tasks") {
  process_pool pool({.workers = 2, .init = &init});
  for (int i = 0; i < 20; ++i) CHECK(pool.apply<[] { return initialised; }>() == 5);
  CHECK(initialised == 0);
}

TEST_CASE("process_pool: an init that throws breaks the pool, and every future says so") {
  process_pool pool({.workers = 2, .init = &failing_init});
  std::vector<future<int>> all;
  try {
    for (int i = 0; i < 100; ++i) all.push_back(pool.submit<&add>(i, i));
  } catch (const weft::pool_broken&) {
  }
  for (auto& each : all) {
    CHECK_THROWS_WITH_AS(each.get(), "the pool 'pool' is broken: its init failed: no database", weft::pool_broken);
  }
  if (all.empty()) return;
  CHECK_THROWS_AS(pool.submit<&add>(1, 1), weft::pool_broken);
}

TEST_CASE("process_pool: an init that ends the process breaks the pool after a few attempts") {
  process_pool pool({.workers = 1, .init = &dying_init});
  CHECK_THROWS_AS(pool.apply<&add>(1, 1), weft::pool_broken);
}

TEST_CASE("process_pool: one worker that fails to start breaks nothing, however many tasks have crashed before") {
  const gate die;
  process_pool pool({.workers = 1, .init = &init_that_dies_once, .environment = {"WEFT_TEST_DIE_ONCE=" + die.path()}});
  for (int i = 0; i < 6; ++i) {
    if (i == 5) die.open();
    CHECK_THROWS_AS(pool.apply<[] { ::_exit(1); }>(), weft::worker_lost);
  }
  CHECK(pool.apply<&add>(1, 1) == 2);
}

TEST_CASE("process_pool: workers that do not start break the pool") {
  process_pool_options options;
  options.folder = "/no/such/folder";
  process_pool pool(std::move(options));
  CHECK_THROWS_AS(pool.apply<&add>(1, 1), weft::pool_broken);
}

TEST_CASE("process_pool: a worker is replaced after max_tasks") {
  process_pool pool({.workers = 1, .max_tasks = 3});
  std::map<pid_t, int> counts;
  for (int i = 0; i < 10; ++i) ++counts[pool.apply<&own_pid>()];
  CHECK(counts.size() == 4);
  for (const auto& [pid, count] : counts) CHECK(count <= 3);
  CHECK(pool.stats().lost == 0);
}

TEST_CASE("process_pool: a worker that has become too large is replaced") {
  process_pool pool({.workers = 1, .max_rss = 1});
  const pid_t first = pool.apply<&own_pid>();
  CHECK(pool.apply<&own_pid>() != first);
}

TEST_CASE("process_pool: close() does what there is, and takes no more") {
  process_pool pool({.workers = 2});
  std::vector<future<int>> all;
  for (int i = 0; i < 100; ++i) all.push_back(pool.submit<&add>(i, 1));
  CHECK_THROWS_AS(pool.join(), std::logic_error);
  pool.close();
  CHECK_THROWS_AS(pool.submit<&add>(1, 1), weft::pool_closed);
  pool.join();
  CHECK(pool.join_for(1ms));
  for (int i = 0; i < 100; ++i) CHECK(all[static_cast<std::size_t>(i)].get() == i + 1);
  CHECK(pool.stats().workers == 0);
}

TEST_CASE("process_pool: terminate() cancels what there is") {
  process_pool pool({.workers = 1});
  auto running = pool.submit<&run_for_ever>();
  auto waiting = pool.submit<&add>(1, 1);
  wait_until_running(pool, 1);
  pool.terminate();
  pool.join();
  CHECK_THROWS_AS(running.get(), weft::cancelled);
  CHECK_THROWS_AS(waiting.get(), weft::cancelled);
}

TEST_CASE("process_pool: no worker and no descriptor is left when it has gone") {
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  {
    // What lives as long as the process, the spawner's descriptor, is made by the first worker.
    process_pool warm({.workers = 1});
    static_cast<void>(warm.apply<&own_pid>());
  }
  const auto before = descriptors();
  {
    process_pool pool({.workers = 3});
    pool.apply<&reversed>(std::vector<std::uint8_t>(100'000));
    static_cast<void>(loss_of<&crash>(pool, SIGKILL));
  }
  CHECK(descriptors() <= before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("process_pool: a future may outlive its pool") {
  future<int> left;
  {
    process_pool pool({.workers = 1});
    left = pool.submit<&add>(1, 2);
  }
  CHECK(left.get() == 3);
}

TEST_CASE("process_pool: on_done() is called with the result") {
  process_pool pool({.workers = 1});
  auto done = pool.submit<&add>(1, 2);
  std::atomic<int> got = 0;
  done.on_done([&](future<int>& f) { got = f.get(); });
  while (got != 3) std::this_thread::yield();
}

TEST_CASE("process_pool: a callback that waits for a task of its pool is told that this would take for ever") {
  const gate held;
  process_pool pool({.workers = 1});
  auto first = pool.submit<&wait_for>(held.path());
  auto second = pool.submit<&add>(1, 2);
  std::promise<bool> told;
  first.on_done([&] {
    CHECK_FALSE(second.wait_for(1ms));
    try {
      second.get();
      told.set_value(false);
    } catch (const weft::would_deadlock&) {
      told.set_value(true);
    }
  });
  held.open();
  CHECK(told.get_future().get());
  CHECK(second.get() == 3);
}

TEST_CASE("process_pool: a callback may destroy the pool") {
  const gate held;
  auto pool = std::make_shared<process_pool>(process_pool_options{.workers = 1});
  auto running = pool->submit<&wait_for>(held.path());
  std::promise<void> gone;
  running.on_done([pool, &gone]() mutable {
    pool.reset();
    gone.set_value();
  });
  pool.reset();
  held.open();
  running.get();
  gone.get_future().wait();
}

TEST_CASE("process_pool: descriptors that a worker has no room for cost their task alone") {
  process_pool pool({.workers = 1, .limits = {{RLIMIT_NOFILE, 24, 24}}});
  std::vector<weft::shared_buffer> all;
  for (int i = 0; i < 60; ++i) all.emplace_back(8);
  CHECK_THROWS_AS(pool.apply<&count_buffers>(all), weft::codec_error);
  all.resize(3);
  CHECK(pool.apply<&count_buffers>(all) == 3);
}

TEST_CASE("process_pool: more descriptors than can be sent are refused by submit()") {
  const gate held;
  process_pool pool({.workers = 1});
  auto running = pool.submit<&wait_for>(held.path());
  const std::vector<weft::shared_buffer> all(300, weft::shared_buffer(8));
  CHECK_THROWS_AS(pool.submit<&count_buffers>(all), weft::codec_error);
  held.open();
  running.get();
  CHECK(pool.apply<&add>(1, 2) == 3);
}

TEST_CASE("process_pool: tasks of a loop await results") {
  core_test::run_test([]() -> weft::task<> {
    process_pool pool({.workers = 2});
    auto first = pool.submit<&add>(1, 2);
    const int three = co_await first;
    CHECK(three == 3);
    std::vector<future<int>> all;
    for (int i = 0; i < 500; ++i) all.push_back(pool.submit<&square>(i));
    for (int i = 0; i < 500; ++i) {
      const int result = co_await all[static_cast<std::size_t>(i)];
      CHECK(result == i * i);
    }
    auto failing = pool.submit<&fail_with>("range");
    bool failed = false;
    try {
      co_await failing;
    } catch (const std::out_of_range&) {
      failed = true;
    }
    CHECK(failed);
  });
}

TEST_CASE("process_pool: several threads submit and wait at the same time") {
  process_pool pool({.workers = 2});
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) good += pool.apply<&add>(t, i) == t + i ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 2000);
}

TEST_CASE("process_pool: a long task does not keep short ones behind it") {
  const gate held;
  process_pool pool({.workers = 2});
  for (int i = 0; i < 200; ++i) pool.apply<&add>(i, i);
  auto long_one = pool.submit<&wait_for>(held.path());
  std::vector<future<int>> all;
  for (int i = 0; i < 200; ++i) all.push_back(pool.submit<&add>(i, 0));
  for (auto& each : all) each.get();
  CHECK_FALSE(long_one.ready());
  held.open();
  long_one.get();
}

TEST_CASE("process_pool: a worker that stands still is given up") {
  process_pool pool({.workers = 1, .stopped_limit = 1ms});
  CHECK(loss_of<&crash>(pool, SIGSTOP).signal == SIGKILL);
  CHECK(pool.apply<&add>(1, 1) == 2);
}

TEST_CASE("process_pool: workers may have pools of their own") {
  process_pool pool({.workers = 1});
  CHECK(pool.apply<[](int x) {
    process_pool inner({.workers = 1});
    return inner.apply<&add>(x, 1);
  }>(4) == 5);
}

void parent_of_a_pool() {
  process_pool pool({.workers = 2});
  auto a = pool.submit<&run_for_ever>();
  auto b = pool.submit<&run_for_ever>();
  while (pool.pids().size() != 2) std::this_thread::yield();
  for (const pid_t pid : pool.pids()) std::cout << pid << ' ';
  std::cout << std::endl;
  run_for_ever();
}

TEST_CASE("process_pool: the workers of a parent that is killed are gone") {
  weft::process parent(weft::process_options{.output = weft::stdio::capture});
  parent.start<&parent_of_a_pool>();
  while (parent.output().find('\n') == std::string::npos) std::this_thread::yield();
  std::istringstream told(parent.output());
  parent.kill();
  parent.join();
  int count = 0;
  for (pid_t pid = 0; told >> pid; ++count) {
    while (::kill(pid, 0) == 0) std::this_thread::yield();
  }
  CHECK(count == 2);
}

TEST_CASE("process_pool: options that make no sense are refused") {
  CHECK_THROWS_AS(process_pool({.workers = 0}), std::invalid_argument);
  CHECK_THROWS_AS(process_pool({.workers = 1, .max_tasks = 0}), std::invalid_argument);
}

}  // namespace process_pool_test
