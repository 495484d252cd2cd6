#include <weft/core/asio.hpp>

#include "manual_operation.hpp"
#include "support.hpp"

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>

namespace {

using namespace core_test;
namespace asio = boost::asio;
using boost::system::error_code;
using weft::task;
using socket_type = asio::basic_stream_socket<asio::local::stream_protocol, weft::loop::executor_type>;

const error_code no_error;
const error_code refused = asio::error::connection_refused;

TEST_CASE("asio: what an operation completes with becomes nothing, its one value, or a tuple") {
  run_test([]() -> task<> {
    co_await complete_later<void()>();
    co_await complete_later<void(error_code)>(no_error);
    const int number = co_await complete_later<void(int)>(1);
    CHECK(number == 1);
    const int behind_error = co_await complete_later<void(error_code, int)>(no_error, 2);
    CHECK(behind_error == 2);
    const std::tuple<int, std::string> pair = co_await complete_later<void(int, std::string)>(3, std::string("three"));
    CHECK(pair == std::tuple<int, std::string>(3, "three"));
    const std::tuple<int, std::string> pair_behind =
        co_await complete_later<void(error_code, int, std::string)>(no_error, 4, std::string("four"));
    CHECK(pair_behind == std::tuple<int, std::string>(4, "four"));
    co_await complete_later<void(std::exception_ptr)>(std::exception_ptr());
    const int behind_exception = co_await complete_later<void(std::exception_ptr, int)>(std::exception_ptr(), 5);
    CHECK(behind_exception == 5);
    const std::unique_ptr<int> owned =
        co_await complete_later<void(error_code, std::unique_ptr<int>)>(no_error, std::make_unique<int>(6));
    CHECK(*owned == 6);
    const std::string by_reference =
        co_await complete_later<void(const error_code&, const std::string&)>(no_error, std::string("seven"));
    CHECK(by_reference == "seven");
  });
}

TEST_CASE("asio: an error code is thrown as system_error, an exception_ptr as what it holds") {
  run_test([]() -> task<> {
    error_code caught;
    try {
      static_cast<void>(co_await complete_later<void(error_code, int)>(refused, 1));
    } catch (const boost::system::system_error& e) {
      caught = e.code();
    }
    CHECK(caught == refused);
    const std::string plain = co_await outcome_of(complete_later<void(error_code)>(refused));
    CHECK_FALSE(plain == "ok");
    const auto error = std::make_exception_ptr(std::runtime_error("boom"));
    const std::string thrown = co_await outcome_of(complete_later<void(std::exception_ptr, int)>(error, 1));
    CHECK(thrown == "boom");
  });
}

TEST_CASE("asio: with as_tuple nothing is thrown and everything is given") {
  run_test([]() -> task<> {
    socket_type near(weft::this_loop().get_executor());
    socket_type far(weft::this_loop().get_executor());
    asio::local::connect_pair(near, far);
    std::array<char, 4> data{'a', 'b', 'c', 'd'};
    const auto [write_error, written] =
        co_await near.async_write_some(asio::buffer(data), asio::as_tuple(asio::deferred));
    CHECK_FALSE(write_error);
    CHECK(written == 4);
    near.close();
    std::array<char, 8> received{};
    const auto [read_error, read] =
        co_await asio::async_read(far, asio::buffer(received), asio::as_tuple(asio::deferred));
    CHECK(read_error == asio::error::eof);
    CHECK(read == 4);
  });
}

TEST_CASE("asio: a named operation can be awaited, and one that completes inside its initiation") {
  run_test([]() -> task<> {
    const auto executor = weft::this_loop().get_executor();
    auto named = asio::post(executor, asio::deferred);
    co_await named;
    co_await std::move(named);
    co_await asio::dispatch(executor, asio::deferred);
    const int value = co_await complete_at_once<void(error_code, int)>(no_error, 7);
    CHECK(value == 7);
  });
}

TEST_CASE("asio: what an initiation throws is thrown by the co_await, and the task can be killed afterwards") {
  run_simulated_test([]() -> task<> {
    std::string thrown;
    auto body = [&]() -> task<> {
      try {
        co_await fail_to_start();
      } catch (const std::runtime_error& e) {
        thrown = e.what();
      }
      auto self = weft::spawn(nothing);
      co_await self;
      co_await weft::sleep(24h);
    };
    auto child = weft::spawn(body);
    co_await weft::sleep(1ms);
    co_await child.kill_join();
    CHECK(thrown == "not started");
    CHECK(child.killed());
    // Killed while it runs, right behind the failed start.
    weft::handle<> self;
    auto killer = [&]() -> task<> {
      try {
        co_await fail_to_start();
      } catch (const std::runtime_error&) {
        self.kill();
      }
      co_await weft::yield();
    };
    self = weft::spawn(killer);
    co_await self.join();
    CHECK(self.killed());
  });
}

TEST_CASE("asio: a kill aborts the operation and throws cancelled; the object can be used again") {
  run_simulated_test([]() -> task<> {
    socket_type near(weft::this_loop().get_executor());
    socket_type far(weft::this_loop().get_executor());
    asio::local::connect_pair(near, far);
    auto read = [&]() -> task<std::size_t> {
      std::array<char, 8> data{};
      co_return co_await far.async_read_some(asio::buffer(data), asio::deferred);
    };
    auto reader = weft::spawn(read);
    co_await weft::sleep(1ms);
    co_await reader.kill_join("stop");
    CHECK(weft::describe(reader.error()) == "cancelled: stop");
    auto again = weft::spawn(read);
    std::array<char, 3> data{};
    co_await near.async_write_some(asio::buffer(data), asio::deferred);
    const std::size_t read_now = co_await again;
    CHECK(read_now == 3);
  });
}

TEST_CASE("asio: an operation of several steps is aborted between them, and a deadline does the same as a kill") {
  run_simulated_test([]() -> task<> {
    socket_type near(weft::this_loop().get_executor());
    socket_type far(weft::this_loop().get_executor());
    asio::local::connect_pair(near, far);
    std::array<char, 100> data{};
    co_await near.async_write_some(asio::buffer(data, 10), asio::deferred);
    auto read_all = [&]() -> task<> { co_await asio::async_read(far, asio::buffer(data), asio::deferred); };
    const std::string outcome = co_await outcome_of(weft::timeout(2ms, read_all));
    CHECK(outcome == "timed out");
    co_await weft::yield();
  });
}

TEST_CASE("asio: an operation that is aborted by closing its socket fails; that is no kill") {
  run_test([]() -> task<> {
    socket_type near(weft::this_loop().get_executor());
    socket_type far(weft::this_loop().get_executor());
    asio::local::connect_pair(near, far);
    std::array<char, 8> data{};
    error_code caught;
    auto read = [&]() -> task<> {
      try {
        co_await far.async_read_some(asio::buffer(data), asio::deferred);
      } catch (const boost::system::system_error& e) {
        caught = e.code();
      }
    };
    auto reader = weft::spawn(read);
    co_await weft::yield();
    far.close();
    co_await reader;
    CHECK(caught == asio::error::operation_aborted);
    CHECK(reader.ok());
  });
}

TEST_CASE("asio: killed before it starts, the operation is never started") {
  run_test([]() -> task<> {
    manual_operation operation;
    weft::handle<int> self;
    auto body = [&]() -> task<int> {
      self.kill("already");
      co_return co_await operation.start();
    };
    self = weft::spawn(body);
    co_await self.join();
    CHECK(self.killed());
    CHECK_FALSE(operation.is_started());
  });
}

TEST_CASE("asio: completion, then a kill in the same turn: the result is kept and the next wait throws") {
  run_test([]() -> task<> {
    manual_operation operation;
    int result = 0;
    std::string next;
    auto body = [&]() -> task<> {
      result = co_await operation.start();
      next = co_await outcome_of(weft::yield());
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    operation.complete(no_error, 9);
    child.kill("just after");
    co_await child.join();
    CHECK(result == 9);
    CHECK(next == "cancelled: just after");
    CHECK(operation.cancellations() == 0);
    CHECK(child.killed());
  });
}

TEST_CASE("asio: a kill, then a completion in the same turn: a result that came all the same is kept") {
  run_test([]() -> task<> {
    manual_operation operation;
    int result = 0;
    auto body = [&]() -> task<> {
      result = co_await operation.start();
      co_await weft::yield();
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    child.kill("just before");
    CHECK(operation.cancellations() == 1);
    operation.complete(no_error, 9);
    co_await child.join();
    CHECK(result == 9);
    CHECK(child.killed());
  });
}

TEST_CASE("asio: a killed task waits until its operation has really ended") {
  run_test([]() -> task<> {
    manual_operation operation;
    auto body = [&]() -> task<int> { co_return co_await operation.start(); };
    auto child = weft::spawn(body);
    co_await weft::yield();
    child.kill("stop");
    for (int i = 0; i < 5; ++i) co_await weft::yield();
    CHECK_FALSE(child.ready());
    operation.complete(asio::error::operation_aborted, 0);
    co_await child.join();
    CHECK(weft::describe(child.error()) == "cancelled: stop");
  });
}

TEST_CASE("asio: the cancellation of one operation does not reach the next") {
  run_simulated_test([]() -> task<> {
    manual_operation first;
    manual_operation second;
    std::string aborted;
    auto body = [&]() -> task<> {
      auto work = [&]() -> task<> { static_cast<void>(co_await first.start()); };
      aborted = co_await outcome_of(weft::timeout(1ms, work));
      static_cast<void>(co_await second.start());
    };
    auto child = weft::spawn(body);
    while (first.cancellations() == 0) co_await weft::sleep(1ms);
    first.complete(asio::error::operation_aborted, 0);
    while (!second.is_started()) co_await weft::yield();
    CHECK(aborted == "timed out");
    CHECK(second.cancellations() == 0);
    CHECK(first.cancellations() == 1);
    second.complete(no_error, 1);
    co_await child;
    CHECK(child.ok());
  });
}

}  // namespace
