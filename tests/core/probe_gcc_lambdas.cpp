// GCC bugs 98401 and 99576: a lambda expression with captures that have a destructor, inside a full expression that
// contains co_await, is copied bit by bit into the frame and destroyed twice. Rule: name the lambda first.
#include "probe_gcc_witness.hpp"

#include <functional>

namespace {

using namespace gcc_probe;

task<int> call_back(std::function<int()> f) {
  co_await weft::yield();
  co_return f();
}

auto make_body(witness w) {
  return [w]() -> task<int> {
    co_await weft::yield();
    co_return w.value();
  };
}

TEST_CASE("compiler: a named lambda with captures may be copied into an awaited coroutine") {
  run_probe([]() -> task<> {
    auto body = [w = witness(7)]() -> task<int> {
      co_await weft::yield();
      co_return w.value();
    };
    const int copied = co_await call_late(body);
    CHECK(copied == 7);
    const int moved = co_await call_late(std::move(body));
    CHECK(moved == 7);
  });
}

TEST_CASE("compiler: a lambda that captures references, or nothing, may be a temporary of an awaited call") {
  run_probe([]() -> task<> {
    std::string text = long_text;
    const int by_reference = co_await call_late([&]() -> task<int> {
      co_await weft::yield();
      co_return static_cast<int>(text.size());
    });
    CHECK(by_reference == static_cast<int>(long_text.size()));
    const int in_place = co_await [&text]() -> task<int> {
      co_await weft::yield();
      co_return static_cast<int>(text.size());
    }();
    CHECK(in_place == by_reference);
    const int without = co_await call_late([]() -> task<int> {
      co_await weft::yield();
      co_return 3;
    });
    CHECK(without == 3);
  });
}

TEST_CASE("compiler: a lambda that a function returns may be a temporary of an awaited call") {
  run_probe([]() -> task<> {
    const int result = co_await call_late(make_body(witness(5)));
    CHECK(result == 5);
  });
}

TEST_CASE("compiler: a lambda with captures may be a temporary of an expression without co_await") {
  run_probe([]() -> task<> {
    auto made = call_late([w = witness(4)]() -> task<int> {
      co_await weft::yield();
      co_return w.value();
    });
    const int result = co_await std::move(made);
    CHECK(result == 4);
  });
}

#if WEFT_PROBE_WHOLE_STANDARD
TEST_CASE("compiler: a lambda with captures may be a temporary of an awaited call") {
  run_probe([]() -> task<> {
    const int late = co_await call_late([w = witness(7)]() -> task<int> {
      co_await weft::yield();
      co_return w.value();
    });
    CHECK(late == 7);
    const int in_place = co_await [w = witness(8)]() -> task<int> {
      co_await weft::yield();
      co_return w.value();
    }();
    CHECK(in_place == 8);
    const int plain = co_await call_back([w = witness(9)] { return w.value(); });
    CHECK(plain == 9);
  });
}
#endif

TEST_CASE("compiler: a callback with captures is safe once it has a name") {
  run_probe([]() -> task<> {
    const auto callback = [w = witness(9), text = long_text] { return w.value() + static_cast<int>(text.size()); };
    const int result = co_await call_back(callback);
    CHECK(result == 9 + static_cast<int>(long_text.size()));
  });
}

}  // namespace
