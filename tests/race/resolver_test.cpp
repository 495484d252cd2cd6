#include <weft/net/resolver.hpp>

#include <weft/core/join.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace net = weft::net;

// Lets the loop go on until another thread has set the promise.
weft::task<> until_set(std::future<void> from_thread) {
  while (from_thread.wait_for(std::chrono::seconds(0)) != std::future_status::ready) co_await weft::yield();
}

net::lookup_result loopback(const std::string&, net::address_family) {
  net::lookup_result found;
  found.addresses.push_back(net::ip_address(boost::asio::ip::address_v4::loopback()));
  return found;
}

TEST_CASE("resolver: many tasks and many names use its threads at once") {
  std::atomic<int> lookups = 0;
  std::atomic<int> found = 0;
  auto main_task = [&]() -> weft::task<> {
    net::resolver_options options;
    options.threads = 4;
    options.lookup = [&](const std::string& host, net::address_family family) {
      ++lookups;
      return loopback(host, family);
    };
    net::resolver resolver(std::move(options));
    auto body = [&](int number) -> weft::task<> {
      const auto addresses = co_await resolver.addresses("host-" + std::to_string(number % 25) + ".test");
      if (addresses.size() == 1) ++found;
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 500; ++i) handles.push_back(weft::spawn(body, i));
    co_await weft::joinall(handles);
  };
  CHECK(weft::run(main_task) == 0);
  CHECK(found == 500);
  CHECK(lookups == 25);
}

TEST_CASE("resolver: a lookup that hangs outlives its resolver and its loop") {
  auto release = std::make_shared<std::promise<void>>();
  auto opened = release->get_future().share();
  auto started = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  auto main_task = [&]() -> weft::task<> {
    net::resolver_options options;
    options.lookup = [opened, started, ended](const std::string& host, net::address_family family) {
      started->set_value();
      opened.wait();
      ended->set_value();
      return loopback(host, family);
    };
    net::resolver resolver(std::move(options));
    auto body = [&]() -> weft::task<> { co_await resolver.addresses("hangs.test"); };
    auto child = weft::spawn(body);
    co_await until_set(started->get_future());
    co_await child.kill_join();
    CHECK(child.killed());
  };
  CHECK(weft::run(main_task) == 0);
  release->set_value();
  ended->get_future().wait();
  CHECK(opened.valid());
}

}  // namespace
