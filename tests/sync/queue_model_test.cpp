// Producers, consumers and kills in random order: no item is lost, none comes twice. A thousand seeds for
// each kind.
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/sync/channel.hpp>
#include <weft/sync/lifo_queue.hpp>
#include <weft/sync/priority_queue.hpp>
#include <weft/sync/queue.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <vector>

namespace {

using weft::task;

constexpr int per_producer = 12;
constexpr unsigned seeds = 1000;

/// What happened to the items of one run. An item is its producer * per_producer + its number.
struct history {
  std::vector<int> put;
  std::vector<int> got;
};

template <class Queue>
class model {
 public:
  model(Queue& q, std::mt19937& random) : q_(q), random_(random) {}

  task<history> run() {
    auto produce = [this](int producer) -> task<> {
      for (int i = 0; i < per_producer; ++i) {
        const int item = producer * per_producer + i;
        if (chance(3)) co_await weft::yield();
        if (chance(4)) {
          if (q_.try_put(item)) history_.put.push_back(item);
        } else {
          co_await q_.put(item);
          history_.put.push_back(item);
        }
      }
    };
    auto consume = [this]() -> task<> {
      while (const auto item = co_await q_.next()) {
        history_.got.push_back(*item);
        if (chance(3)) co_await weft::yield();
      }
    };
    std::vector<weft::handle<>> producers;
    std::vector<weft::handle<>> consumers;
    for (int i = 0; i < 4; ++i) producers.push_back(weft::spawn(produce, i));
    for (int i = 0; i < 3; ++i) consumers.push_back(weft::spawn(consume));
    for (int i = 0; i < 6; ++i) {
      for (auto turns = random_() % 6; turns > 0; --turns) co_await weft::yield();
      auto& victims = chance(2) ? producers : consumers;
      victims[random_() % victims.size()].kill();
      if (chance(2)) consumers.push_back(weft::spawn(consume));
      if (chance(5)) q_.close();
      if (chance(4)) {
        if (const auto item = q_.try_get()) history_.got.push_back(*item);
      }
    }
    consumers.push_back(weft::spawn(consume));
    for (auto& producer : producers) co_await producer.join();
    q_.close();
    for (auto& consumer : consumers) co_await consumer.join();
    for (auto& producer : producers) static_cast<void>(producer.error());
    co_return history_;
  }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  Queue& q_;
  std::mt19937& random_;
  history history_;
};

template <class MakeQueue>
void for_each_seed(MakeQueue make) {
  auto all = [&]() -> task<> {
    for (unsigned seed = 0; seed < seeds; ++seed) {
      std::mt19937 random(seed);
      auto q = make(random);
      history h = co_await model(*q, random).run();
      std::sort(h.put.begin(), h.put.end());
      std::sort(h.got.begin(), h.got.end());
      INFO("seed " << seed);
      REQUIRE(h.put == h.got);
    }
  };
  weft::testkit::run(all);
}

TEST_CASE("queue: no item is lost or comes twice, whoever is killed when") {
  for_each_seed([](std::mt19937& random) { return std::make_unique<weft::queue<int>>(1 + random() % 4); });
}

TEST_CASE("lifo_queue: no item is lost or comes twice, whoever is killed when") {
  for_each_seed([](std::mt19937& random) { return std::make_unique<weft::lifo_queue<int>>(1 + random() % 4); });
}

TEST_CASE("priority_queue: no item is lost or comes twice, whoever is killed when") {
  for_each_seed([](std::mt19937& random) { return std::make_unique<weft::priority_queue<int>>(1 + random() % 4); });
}

TEST_CASE("channel: no item is lost or comes twice, whoever is killed when") {
  for_each_seed([](std::mt19937&) { return std::make_unique<weft::channel<int>>(); });
}

}  // namespace
