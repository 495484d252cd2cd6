#include <weft/pool/thread_local_value.hpp>

#include <weft/pool/thread.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace {

using namespace pool_test;
using weft::thread;
using weft::thread_local_value;

TEST_CASE("thread_local_value: each thread has a value of its own") {
  thread_local_value<std::string> name("nobody");
  name.set("main");
  std::string first;
  std::string later;
  thread([&] {
    first = *name;
    name.set("other");
    later = *name;
  }).join();
  CHECK(first == "nobody");
  CHECK(later == "other");
  CHECK(*name == "main");
  CHECK(name->size() == 4);
}

TEST_CASE("thread_local_value: the values of all threads can be added up, those of ended ones are gone") {
  thread_local_value<int> counter(0);
  *counter = 5;
  const held_work held;
  const thread other([&, held] {
    *counter = 7;
    held();
  });
  held.wait_until_begun();
  const auto sum = [&] {
    int total = 0;
    counter.for_each([&](int value) { total += value; });
    return total;
  };
  CHECK(sum() == 12);
  held.release();
  other.join();
  CHECK(sum() == 5);
}

TEST_CASE("thread_local_value: the first value is made on the thread that asks, once") {
  std::atomic<int> made = 0;
  auto values = thread_local_value<int>::made_by([&] { return ++made; });
  CHECK(values.get() == 1);
  CHECK(values.get() == 1);
  thread([&] { CHECK(values.get() == 2); }).join();
}

TEST_CASE("thread_local_value: its values end with it, and another one does not find them") {
  const auto tracked = std::make_shared<int>(1);
  {
    thread_local_value<std::shared_ptr<int>> first;
    first.set(tracked);
    CHECK(tracked.use_count() == 2);
  }
  CHECK(tracked.use_count() == 1);
  thread_local_value<std::shared_ptr<int>> second;
  CHECK_FALSE(*second);
}

TEST_CASE("thread_local_value: one that is destroyed while threads live, and others that come, do not meet") {
  const held_work held;
  std::optional<thread_local_value<std::string>> first(std::in_place, "first");
  thread_local_value<std::string>* second = nullptr;
  std::string seen;
  const thread other([&, held] {
    first->set("changed");
    held();
    seen = second->get();
  });
  held.wait_until_begun();
  first.reset();
  thread_local_value<std::string> replacement("second");
  second = &replacement;
  held.release();
  other.join();
  CHECK(seen == "second");
}

TEST_CASE("thread_local_value: the end of a value may ask for others") {
  thread_local_value<int> noted(5);
  std::atomic<int> seen = 0;
  struct asking {
    ~asking() {
      if (from != nullptr) *sum += from->get();
    }
    asking() = default;
    asking(asking&& other) noexcept : from(std::exchange(other.from, nullptr)), sum(other.sum) {}
    asking(const asking&) = delete;
    asking& operator=(asking&& other) noexcept {
      from = std::exchange(other.from, nullptr);
      sum = other.sum;
      return *this;
    }
    asking& operator=(const asking&) = delete;
    thread_local_value<int>* from = nullptr;
    std::atomic<int>* sum = nullptr;
  };
  auto value = thread_local_value<asking>::made_by([] { return asking(); });
  thread([&] {
    asking last;
    last.from = &noted;
    last.sum = &seen;
    value.set(std::move(last));
  }).join();
  CHECK(seen == 5);
}

}  // namespace
