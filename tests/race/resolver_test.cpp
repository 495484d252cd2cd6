#include <weft/net/resolver.hpp>

#include <weft/core/join.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

namespace {

namespace net = weft::net;

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
  const race_test::hanging_call hangs;
  auto main_task = [&]() -> weft::task<> {
    net::resolver_options options;
    options.lookup = [hangs](const std::string& host, net::address_family family) {
      hangs();
      return loopback(host, family);
    };
    net::resolver resolver(std::move(options));
    auto body = [&]() -> weft::task<> { co_await resolver.addresses("hangs.test"); };
    CHECK(co_await race_test::kill_while_it_hangs(weft::spawn(body), hangs));
  };
  CHECK(weft::run(main_task) == 0);
  hangs.finish();
}

}  // namespace
