#include <weft/pool/process.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/pool/worker_entry.hpp>

#include "core/support.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace process_test {

using namespace std::chrono_literals;
using weft::exited;
using weft::process;
using weft::process_options;
using weft::process_status;
using weft::signaled;

int add(int a, int b) { return a + b; }
void do_nothing() {}
void sleep_for_ever() {
  for (;;) ::pause();
}
void fail() { throw std::runtime_error("on purpose"); }
void call_exit(int code) { std::exit(code); }
void crash() { std::raise(SIGSEGV); }
int check_text(const std::string& text, const std::vector<std::string>& more) {
  return text == "hello" && more.size() == 2 && more[1] == "b" ? 0 : 1;
}
void print(const std::string& text) {
  std::cout << text << '\n';
  std::cerr << "error " << text << '\n';
}
void copy_input() {
  std::string line;
  while (std::getline(std::cin, line)) std::cout << line << ';';
}
void ignore_term() {
  std::signal(SIGTERM, SIG_IGN);
  std::puts("ready");
  sleep_for_ever();
}
int open_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count - 1;  // the folder's own
}
weft::task<int> a_task(int x) {
  co_await weft::sleep(1ms);
  co_return x;
}

/// Processes are slow to start under sanitizers.
constexpr auto a_while = 60s;

process_options quiet(std::string name = {}) {
  process_options options;
  options.name = std::move(name);
  options.output = weft::stdio::capture;
  options.errors = weft::stdio::capture;
  return options;
}

template <auto F, class... Args>
process_status run_one(process_options options, const Args&... args) {
  process p(std::move(options));
  p.start<F>(args...);
  REQUIRE(p.join_for(a_while));
  return *p.status();
}

int count_children() {
  int count = 0;
  std::ifstream file("/proc/thread-self/children");
  for (std::string pid; file >> pid;) ++count;
  return count;
}

TEST_CASE("process: a function that returns nothing exits with 0, one that returns int with that") {
  CHECK(run_one<&do_nothing>({}) == process_status(exited{0}));
  CHECK(run_one<&add>({}, 40, 2) == process_status(exited{42}));
}

TEST_CASE("process: arguments are converted to what the function takes") {
  CHECK(run_one<&check_text>({}, "hello", std::vector<std::string>{"a", "b"}) == process_status(exited{0}));
}

TEST_CASE("process: a lambda without captures will do") {
  CHECK(run_one<[](int x) { return x + 1; }>({}, 4) == process_status(exited{5}));
}

TEST_CASE("process: a task runs on a loop of its own") { CHECK(run_one<&a_task>({}, 7) == process_status(exited{7})); }

TEST_CASE("process: what the function throws is logged, and the process exits with 1") {
  process p(quiet("failing"));
  p.start<&fail>();
  REQUIRE(p.join_for(a_while));
  CHECK(*p.status() == process_status(exited{1}));
  CHECK(p.errors().find("process 'failing' failed: on purpose") != std::string::npos);
}

TEST_CASE("process: exit codes and signals are told apart") {
  CHECK(run_one<&call_exit>({}, 3) == process_status(exited{3}));
  const auto how = run_one<&crash>(quiet());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK((how == process_status(signaled{SIGSEGV, false}) || how.index() == 0));
#endif
}

TEST_CASE("process: it is alive from its start to its end") {
  process p(process_options{.name = "sleeper"});
  CHECK_FALSE(p.alive());
  CHECK(p.pid() == 0);
  CHECK_THROWS_AS(p.join(), std::logic_error);
  p.start<&sleep_for_ever>();
  CHECK(p.alive());
  CHECK(p.pid() > 0);
  CHECK(p.name() == "sleeper");
  CHECK_FALSE(p.status());
  CHECK_FALSE(p.join_for(1ms));
  CHECK_THROWS_AS(p.start<&sleep_for_ever>(), std::logic_error);
  p.terminate();
  CHECK(p.join_for(a_while));
  CHECK_FALSE(p.alive());
  CHECK(*p.status() == process_status(signaled{SIGTERM, false}));
  p.kill();  // of an ended one: nothing
}

TEST_CASE("process: kill() is not taken for want of memory") {
  process p;
  p.start<&sleep_for_ever>();
  p.kill();
  p.join();
  CHECK(*p.status() == process_status(signaled{SIGKILL, false}));
}

TEST_CASE("process: the destructor ends a daemon, with SIGKILL where SIGTERM does not help, and leaves no zombie") {
  {
    process_options options = quiet();
    options.daemon = true;
    options.grace = 1ms;
    process p(std::move(options));
    p.start<&ignore_term>();
    while (p.output() != "ready\n") std::this_thread::yield();
  }
  errno = 0;
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("process: what it prints is captured apart") {
  process p(quiet());
  p.start<&print>("text");
  p.join();
  CHECK(p.output() == "text\n");
  CHECK(p.errors() == "error text\n");
}

TEST_CASE("process: it reads the input that it is given") {
  process_options options = quiet();
  options.input = "a\nb\n";
  process p(std::move(options));
  p.start<&copy_input>();
  p.join();
  CHECK(p.output() == "a;b;");
  process_options none = quiet();
  none.input = "";
  CHECK(run_one<&copy_input>(std::move(none)) == process_status(exited{0}));
}

TEST_CASE("process: working folder, environment and limits are its own") {
  process_options options = quiet();
  options.folder = "/usr";
  options.environment = {"WEFT_TEST_VARIABLE=value"};
  options.limits = {{RLIMIT_CORE, 0, 0}};
  process p(std::move(options));
  p.start<[] {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    std::cout << std::filesystem::current_path().string() << ' ' << std::getenv("WEFT_TEST_VARIABLE") << ' '
              << limit.rlim_max << ' ' << (std::getenv("PATH") != nullptr) << ' '
              << (std::getenv("WEFT_WORKER") == nullptr);
  }>();
  p.join();
  CHECK(p.output() == "/usr value 0 1 1");
  CHECK(std::getenv("WEFT_TEST_VARIABLE") == nullptr);
}

TEST_CASE("process: a folder that is not there is an error of start()") {
  process p(process_options{.folder = "/no/such/folder"});
  CHECK_THROWS_AS(p.start<&do_nothing>(), boost::system::system_error);
  CHECK_FALSE(p.alive());
}

TEST_CASE("process: no descriptor is inherited but the standard ones") {
  const int leaked = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  CHECK(run_one<&open_descriptors>({}) == process_status(exited{3}));
  ::close(leaked);
}

TEST_CASE("process: a standard stream that is closed in the parent is none of the child's files") {
  const int kept = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  ::close(STDIN_FILENO);
  const auto status = run_one<[] { return ::fcntl(STDIN_FILENO, F_GETFD) >= 0 ? 0 : 1; }>({});
  if (kept >= 0) {
    ::dup2(kept, STDIN_FILENO);
    ::close(kept);
  }
  CHECK(status == process_status(exited{0}));
}

TEST_CASE("process: none is left open in the parent either") {
  static_cast<void>(run_one<&do_nothing>(quiet()));
  const int before = open_descriptors();
  for (int i = 0; i < 5; ++i) static_cast<void>(run_one<&do_nothing>(quiet()));
  CHECK(open_descriptors() <= before);  // what an earlier test left to other threads may close meanwhile
}

TEST_CASE("process: blocked signals of the parent are not blocked in the child") {
  sigset_t term;
  sigset_t before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, &before);
  process p;
  p.start<&sleep_for_ever>();
  p.terminate();
  CHECK(p.join_for(a_while));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Starts a process, tells its number, and does not come back.
void parent_of_one(bool child_outlives) {
  process_options options;
  options.input = "";
  options.outlives_parent = child_outlives;
  process p(std::move(options));
  p.start<&sleep_for_ever>();
  std::cout << p.pid() << std::endl;
  sleep_for_ever();
}

pid_t started_by(const process& parent) {
  while (parent.output().find('\n') == std::string::npos) std::this_thread::yield();
  return std::stoi(parent.output());
}

bool is_running(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string number;
  std::string name;
  char state = 'X';
  file >> number >> name >> state;
  return file && state != 'Z' && state != 'X';
}

TEST_CASE("process: a parent that is killed takes its children along") {
  process parent(quiet());
  parent.start<&parent_of_one>(false);
  const pid_t child = started_by(parent);
  CHECK(is_running(child));
  parent.kill();
  parent.join();
  while (is_running(child)) std::this_thread::yield();
}

TEST_CASE("process: one that may outlive its parent does") {
  process parent(quiet());
  parent.start<&parent_of_one>(true);
  const pid_t child = started_by(parent);
  parent.kill();
  parent.join();
  CHECK(is_running(child));
  ::kill(child, SIGKILL);
}

TEST_CASE("process: one that outlives its object is reaped when it ends") {
  pid_t pid = 0;
  {
    process p(process_options{.outlives_parent = true});
    p.start<&sleep_for_ever>();
    pid = p.pid();
  }
  CHECK(is_running(pid));
  ::kill(pid, SIGKILL);
  while (::kill(pid, 0) == 0) std::this_thread::yield();
}

TEST_CASE("process: a task waits for the end while the loop goes on") {
  core_test::run_test([]() -> weft::task<> {
    process p;
    p.start<&sleep_for_ever>();
    auto wait = [&p]() -> weft::task<process_status> { co_return co_await p.exited(); };
    auto waiting = weft::spawn(wait);
    co_await weft::sleep(1ms);
    CHECK_FALSE(waiting.ready());
    p.terminate();
    const process_status how = co_await waiting;
    CHECK(how == process_status(signaled{SIGTERM, false}));
    const process_status again = co_await p.exited();
    CHECK(again == how);
  });
}

TEST_CASE("process: killing the task that waits leaves the process alone") {
  core_test::run_test([]() -> weft::task<> {
    process p(process_options{.daemon = true});
    p.start<&sleep_for_ever>();
    auto wait = [&p]() -> weft::task<> { co_await p.exited(); };
    auto waiting = weft::spawn(wait);
    co_await weft::sleep(1ms);
    co_await waiting.kill_join();
    CHECK(waiting.killed());
    CHECK(p.alive());
  });
}

TEST_CASE("process: many run at the same time") {
  std::vector<process> all(10);
  for (int i = 0; i < 10; ++i) all[static_cast<std::size_t>(i)].start<&add>(i, 1);
  for (int i = 0; i < 10; ++i) {
    all[static_cast<std::size_t>(i)].join();
    CHECK(*all[static_cast<std::size_t>(i)].status() == process_status(exited{i + 1}));
  }
}

TEST_CASE("process: threads may start processes at the same time") {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&good, t] {
      for (int i = 0; i < 3; ++i) {
        process p;
        p.start<&add>(t, i);
        p.join();
        good += *p.status() == process_status(exited{t + i}) ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 12);
}

}  // namespace process_test
