#include <weft/net/resolver.hpp>

#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/system_lookup.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <semaphore>

using namespace weft;
using namespace std::chrono_literals;

namespace {

using error_code = boost::system::error_code;
using addresses = std::vector<net::ip_address>;

/// A lookup that counts its calls and waits for the test's permission.
struct fake_names {
  std::atomic<int> calls = 0;
  std::counting_semaphore<> permits{0};
  error_code error;
  std::size_t count = 1;

  net::lookup_result operator()() {
    ++calls;
    permits.acquire();
    net::lookup_result result{error, {}};
    for (std::size_t i = 0; i < count && !error; ++i) {
      result.addresses.emplace_back(boost::asio::ip::address_v4(static_cast<unsigned>(0x0a000001 + i)));
    }
    return result;
  }
};

net::resolver_options options_for(const std::shared_ptr<fake_names>& names) {
  net::resolver_options options;
  options.lookup = [names](const std::string&, net::address_family) { return (*names)(); };
  return options;
}

task<error_code> error_of(net::resolver& resolver, std::string host, net::resolve_options options = {}) {
  try {
    co_await resolver.addresses(std::move(host), options);
  } catch (const boost::system::system_error& error) {
    co_return error.code();
  }
  co_return error_code();
}

}  // namespace

TEST_CASE("resolver: literals and localhost are answered without a lookup") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    net::resolver resolver(options_for(names));
    const auto literal = co_await resolver.addresses("192.0.2.7");
    CHECK(literal == addresses{boost::asio::ip::make_address("192.0.2.7")});
    const auto local = co_await resolver.addresses("LOCALHOST.");
    CHECK(local == addresses{boost::asio::ip::make_address("127.0.0.1"), boost::asio::ip::make_address("::1")});
    net::resolve_options six;
    six.family = net::address_family::ipv6;
    const auto local6 = co_await resolver.addresses("sub.localhost", six);
    CHECK(local6 == addresses{boost::asio::ip::make_address("::1")});
    const error_code none = co_await error_of(resolver, "192.0.2.7", six);
    CHECK(none == net::resolve_errc::no_address);
    CHECK(names->calls == 0);
  });
}

TEST_CASE("resolver: what cannot be a host name is refused without a lookup") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    net::resolver resolver(options_for(names));
    for (const std::string& host :
         {std::string(), std::string("."), std::string("a b"), std::string("a\0b", 3), std::string(300, 'a')}) {
      CAPTURE(host);
      const error_code error = co_await error_of(resolver, host);
      CHECK(error == net::resolve_errc::bad_name);
    }
    CHECK(names->calls == 0);
  });
}

TEST_CASE("resolver: a number that is no plain IPv4 address is refused without a lookup, and the error says so") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    net::resolver resolver(options_for(names));
    for (const std::string host :
         {"127.1", "2130706433", "017700000001", "0x7f000001", "0x7f000001.", "0X7F.1", "127.0.0.0x1", "1.2.3.04"}) {
      CAPTURE(host);
      std::string told;
      try {
        co_await resolver.addresses(host);
      } catch (const boost::system::system_error& error) {
        CHECK(error.code() == net::resolve_errc::bad_address);
        told = error.what();
      }
      CHECK(told.starts_with("cannot resolve '" + host + "': a number, but not an IPv4 address of four decimal parts"));
    }
    CHECK(names->calls == 0);
    names->permits.release();
    const auto named = co_await resolver.addresses("0xyz");
    CHECK(named.size() == 1);
  });
}

TEST_CASE("resolver: everyone who asks for one name meanwhile shares one lookup, and later ones its answer") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    net::resolver resolver(options_for(names));
    auto ask = [&resolver](std::string host) { return resolver.addresses(std::move(host)); };
    std::vector<handle<addresses>> asking;
    for (const char* host : {"a.test", "A.TEST", "a.test."}) asking.push_back(spawn(ask, std::string(host)));
    co_await yield();
    names->permits.release();
    for (const auto& one : asking) CHECK((co_await one).size() == 1);
    CHECK((co_await resolver.addresses("a.test")).size() == 1);
    CHECK(names->calls == 1);
    resolver.forget();
    names->permits.release();
    CHECK((co_await resolver.addresses("a.test")).size() == 1);
    CHECK(names->calls == 2);
  });
}

TEST_CASE("resolver: a missing name is remembered, a temporary failure is not") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    names->permits.release(10);
    net::resolver resolver(options_for(names));
    names->error = net::resolve_errc::host_not_found;
    for (int i = 0; i < 2; ++i) {
      const error_code error = co_await error_of(resolver, "missing.test");
      CHECK(error == net::resolve_errc::host_not_found);
    }
    CHECK(names->calls == 1);
    names->error = net::resolve_errc::temporary_failure;
    for (int i = 0; i < 2; ++i) {
      const error_code error = co_await error_of(resolver, "flaky.test");
      CHECK(error == net::resolve_errc::temporary_failure);
    }
    CHECK(names->calls == 3);
  });
}

TEST_CASE("resolver: at most 16 of a thousand addresses are kept") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    names->permits.release();
    names->count = 1000;
    net::resolver resolver(options_for(names));
    CHECK((co_await resolver.addresses("many.test")).size() == 16);
  });
}

TEST_CASE("resolver: no more names are remembered than allowed") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    names->permits.release(10);
    auto options = options_for(names);
    options.max_entries = 2;
    net::resolver resolver(std::move(options));
    for (const char* host : {"a.test", "b.test", "c.test"}) CHECK((co_await resolver.addresses(host)).size() == 1);
    CHECK(names->calls == 3);
    CHECK((co_await resolver.addresses("c.test")).size() == 1);
    CHECK(names->calls == 3);
  });
}

TEST_CASE("resolver: a killed waiter leaves at once, and the others still get the answer") {
  testkit::run([]() -> task<> {
    const auto names = std::make_shared<fake_names>();
    net::resolver resolver(options_for(names));
    auto ask = [&resolver] { return resolver.addresses("slow.test"); };
    const auto first = spawn(ask);
    const auto second = spawn(ask);
    co_await yield();
    co_await yield();
    co_await first.kill_join("test");
    CHECK(first.killed());
    names->permits.release();
    CHECK((co_await second).size() == 1);
    CHECK(names->calls == 1);
  });
}

TEST_CASE("resolver: a lookup that everyone has left is forgotten, and delays neither the next one nor the end") {
  const auto names = std::make_shared<fake_names>();
  testkit::run([&]() -> task<> {
    net::resolver resolver(options_for(names));
    auto ask = [&resolver] { return resolver.addresses("stuck.test"); };
    const auto first = spawn(ask);
    while (names->calls == 0) co_await sleep(1ms);
    co_await first.kill_join("test");
    const auto second = spawn(ask);
    while (names->calls == 1) co_await sleep(1ms);
    net::resolve_options hurried;
    hurried.timeout = 1ms;
    const error_code error = co_await error_of(resolver, "stuck.test", hurried);
    CHECK(error == boost::asio::error::timed_out);
    second.kill("test");
  });
  CHECK(names->calls == 2);
  names->permits.release(2);
}

TEST_CASE("resolver: lookups run beside each other, as many as allowed") {
  testkit::run([]() -> task<> {
    // Each lookup ends only when all four have begun.
    const auto together = std::make_shared<std::latch>(4);
    net::resolver_options options;
    options.threads = 4;
    options.lookup = [together](const std::string&, net::address_family) {
      together->arrive_and_wait();
      return net::lookup_result{{}, {boost::asio::ip::address_v4::loopback()}};
    };
    net::resolver resolver(std::move(options));
    auto body = [&resolver](task_group& group) -> task<> {
      for (const char* host : {"a.test", "b.test", "c.test", "d.test"}) {
        auto ask = [&resolver, host]() -> task<> { CHECK((co_await resolver.addresses(host)).size() == 1); };
        group.spawn(ask);
      }
      co_return;
    };
    co_await scope(body);
  });
}

TEST_CASE("resolve: puts the port of a number or of a service to the addresses") {
  testkit::run([]() -> task<> {
    const auto by_number = co_await net::resolve("127.0.0.1", "8080");
    REQUIRE(by_number.size() == 1);
    CHECK(net::to_string(by_number.front()) == "127.0.0.1:8080");
    const auto by_name = co_await net::resolve("::1", "https");
    CHECK(net::to_string(by_name.front()) == "[::1]:443");
    const auto both = co_await net::resolve("localhost", 80);
    CHECK(both.size() == 2);
    auto unknown = []() -> task<> { co_await net::resolve("127.0.0.1", "no such service"); };
    bool refused = false;
    try {
      co_await unknown();
    } catch (const boost::system::system_error& error) {
      refused = error.code() == net::resolve_errc::unknown_service;
    }
    CHECK(refused);
  });
}

TEST_CASE("resolver: the system's lookup gives each address once, and none of the other family") {
  const auto found = net::detail::system_lookup("127.0.0.1", net::address_family::any);
  CHECK(found.addresses == addresses{boost::asio::ip::address_v4::loopback()});
  const auto other = net::detail::system_lookup("127.0.0.1", net::address_family::ipv6);
  CHECK(other.error == net::resolve_errc::no_address);
}

TEST_CASE("resolver: an override is given without a lookup, in any case, until it is removed") {
  testkit::run([]() -> task<> {
    auto names = std::make_shared<fake_names>();
    net::resolver resolver(options_for(names));
    const addresses fixed = {net::parse_address("192.0.2.7").value(), net::parse_address("2001:db8::7").value()};
    resolver.override_name("Service.Test.", fixed);
    const addresses all = co_await resolver.addresses("service.test");
    CHECK(all == fixed);
    net::resolve_options only_v6;
    only_v6.family = net::address_family::ipv6;
    const addresses some = co_await resolver.addresses("SERVICE.TEST", only_v6);
    CHECK(some == addresses{fixed[1]});
    resolver.override_name("localhost", {fixed[0]});
    const addresses local = co_await resolver.addresses("localhost");
    CHECK(local == addresses{fixed[0]});
    const addresses literal = co_await resolver.addresses("198.51.100.1");
    CHECK(literal == addresses{net::parse_address("198.51.100.1").value()});
    CHECK(names->calls == 0);
    resolver.remove_override("service.test");
    names->permits.release();
    const addresses looked_up = co_await resolver.addresses("service.test");
    CHECK(looked_up == addresses{net::parse_address("10.0.0.1").value()});
    CHECK(names->calls == 1);
  });
}

TEST_CASE("resolver: an override without addresses is a name that does not exist") {
  testkit::run([]() -> task<> {
    net::resolver resolver;
    resolver.override_name("blocked.test", {});
    const error_code none = co_await error_of(resolver, "blocked.test");
    CHECK(none == net::resolve_errc::host_not_found);
    resolver.override_name("four.test", {net::parse_address("192.0.2.7").value()});
    net::resolve_options only_v6;
    only_v6.family = net::address_family::ipv6;
    const error_code other_family = co_await error_of(resolver, "four.test", only_v6);
    CHECK(other_family == net::resolve_errc::no_address);
    CHECK_THROWS_AS(resolver.override_name("", {}), std::invalid_argument);
  });
}
