#include <weft/core/loop.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/mailbox.hpp>
#include <weft/core/offload.hpp>
#include <weft/core/sleep.hpp>

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

/// Notes where it has gone.
class traced_parcel final : public weft::detail::parcel {
 public:
  explicit traced_parcel(std::vector<std::string>& log) : log_(&log) {}
  void arrive() noexcept override { log_->push_back("arrived"); }
  void bounce() noexcept override { log_->push_back("bounced"); }

 private:
  std::vector<std::string>* log_;
};

TEST_CASE("loop: post runs callbacks in order, on the loop's thread, never inside the call") {
  run_simulated_test([]() -> task<> {
    std::vector<int> order;
    const auto thread = std::this_thread::get_id();
    for (int i = 0; i < 3; ++i) {
      weft::this_loop().post([&, i] {
        CHECK(std::this_thread::get_id() == thread);
        order.push_back(i);
      });
    }
    CHECK(order.empty());
    co_await weft::sleep(1ms);
    CHECK(order == std::vector{0, 1, 2});
  });
}

TEST_CASE("loop: post from other threads reaches the loop while it waits") {
  run_test([]() -> task<> {
    weft::offload pool(weft::offload_options{.threads = 3});
    int received = 0;
    weft::loop& home = weft::this_loop();
    auto send = [&] {
      for (int i = 0; i < 100; ++i) home.post([&] { ++received; });
    };
    auto body = [&]() -> task<> { co_await pool.run(send); };
    auto a = weft::spawn(body);
    auto b = weft::spawn(body);
    auto c = weft::spawn(body);
    co_await weft::joinall(a, b, c);
    CHECK(received == 300);
  });
}

TEST_CASE("loop: a posted callback may wake, spawn and kill") {
  run_test([]() -> task<> {
    auto sleeper = []() -> task<> { co_await weft::sleep(24h); };
    auto child = weft::spawn(sleeper);
    co_await weft::yield();
    weft::handle<int> spawned;
    weft::this_loop().post([&] {
      child.kill("posted");
      spawned = weft::spawn(give<int>, 4);
    });
    co_await child.join();
    const int value = co_await spawned;
    CHECK(value == 4);
    CHECK(child.killed());
  });
}

TEST_CASE("loop: what a posted callback throws is reported") {
  const auto result = run_recorded(
      []() -> task<> {
        weft::this_loop().post([] { throw std::runtime_error("posted"); });
        co_await weft::sleep(1ms);
      },
      simulated_clock());
  CHECK(result.unhandled == std::vector<std::string>{"callback: posted"});
  CHECK(result.code == 1);
}

TEST_CASE("mailbox: a parcel arrives on the loop, and bounces when the loop is gone") {
  std::vector<std::string> log;
  traced_parcel parcel(log);
  std::shared_ptr<weft::detail::mailbox> box;
  run_simulated_test([&]() -> task<> {
    box = weft::this_loop().mailbox();
    box->deliver(parcel);
    CHECK(log.empty());
    co_await weft::sleep(1ms);
    CHECK(log == std::vector<std::string>{"arrived"});
  });
  box->deliver(parcel);
  CHECK(log == std::vector<std::string>{"arrived", "bounced"});
}

TEST_CASE("mailbox: what is delivered in the last turn arrives or bounces, and is not lost") {
  std::vector<std::string> log;
  traced_parcel parcel(log);
  run_test([&]() -> task<> {
    weft::this_loop().mailbox()->deliver(parcel);
    co_return;
  });
  CHECK(log.size() == 1);
}

TEST_CASE("loop: Asio handlers that wake tasks, on its executor, are served between busy tasks") {
  run_test([]() -> task<> {
    int handled = 0;
    bool stop = false;
    auto busy = [&]() -> task<> {
      while (!stop) co_await weft::yield();
    };
    auto child = weft::spawn(busy);
    const auto executor = weft::this_loop().get_executor();
    boost::asio::post(executor, [&] {
      ++handled;
      boost::asio::post(executor, [&] {
        ++handled;
        stop = true;
      });
    });
    co_await child;
    CHECK(handled == 2);
  });
}

TEST_CASE("now: is the steady clock, inside and outside of a loop") {
  const auto before = std::chrono::steady_clock::now();
  const auto outside = weft::now();
  CHECK(outside >= before);
  CHECK(weft::deadline_after(weft::duration::max()) == weft::time_point::max());
  CHECK(weft::deadline_after(-1h) < weft::now());
  run_test([&]() -> task<> {
    CHECK(weft::now() >= outside);
    co_return;
  });
}

}  // namespace
