#include "sweep.hpp"

#include <weft/core/sleep.hpp>
#include <weft/sync/broadcast.hpp>
#include <weft/sync/channel.hpp>
#include <weft/sync/lifo_queue.hpp>
#include <weft/sync/priority_queue.hpp>
#include <weft/sync/queue.hpp>
#include <weft/sync/queue_closed.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <memory>
#include <set>

namespace {

using namespace sweep;
using weft::spawn_options;
using weft::task;
using weft::task_group;

/// Two producers and two consumers; every item that went in comes out once, or is still there.
template <class Queue>
class traffic {
 public:
  static task<> scenario() {
    traffic self;
    co_await self.run();
  }

 private:
  task<> produce(int first) {
    for (int item = first; item < first + 3; ++item) {
      co_await items_.put(item);
      put_.insert(item);
    }
  }
  task<> consume() {
    for (;;) {
      const std::optional<int> item = co_await items_.next();
      if (!item) break;
      expect(got_.insert(*item).second, "an item came twice");
      items_.task_done();
      co_await weft::yield();
    }
  }
  task<> run() {
    auto produce_some = [this](int first) -> task<> { return produce(first); };
    auto consume_all = [this]() -> task<> { return consume(); };
    auto producers = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"producer"}, produce_some, 0);
      co_await produce(10);
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"a"}, consume_all);
      group.spawn(spawn_options{"b"}, consume_all);
      co_await weft::scope(producers);
      co_await items_.join();
      expect(put_ == got_, "join() waits for every item");
      items_.close();
    };
    auto check = [&] {
      while (auto left = items_.try_get()) got_.insert(*left);
      expect(put_ == got_, "an item is lost");
    };
    co_await scope_then(body, check);
  }

  static Queue make() {
    if constexpr (std::default_initializable<Queue>) {
      return Queue();
    } else {
      return Queue(2);
    }
  }

  Queue items_ = make();
  std::set<int> put_;
  std::set<int> got_;
};

TEST_CASE("sweep: queue") { everything(traffic<weft::queue<int>>::scenario, {"producer", "a", "b"}); }

TEST_CASE("sweep: lifo_queue") { everything(traffic<weft::lifo_queue<int>>::scenario, {"producer", "a", "b"}); }

TEST_CASE("sweep: priority_queue") { everything(traffic<weft::priority_queue<int>>::scenario, {"producer", "a", "b"}); }

TEST_CASE("sweep: channel") { everything(traffic<weft::channel<int>>::scenario, {"producer", "a", "b"}); }

TEST_CASE("sweep: queue, closed under those who put and get") {
  auto scenario = []() -> task<> {
    weft::queue<std::unique_ptr<int>> full(1);
    weft::queue<int> empty(1);
    auto put = [&]() -> task<> {
      bool closed = false;
      try {
        for (;;) co_await full.put(std::make_unique<int>(1));
      } catch (const weft::queue_closed&) {
        closed = true;
      }
      expect(closed, "put() ends when the queue is closed");
    };
    auto get = [&]() -> task<> {
      bool closed = false;
      try {
        co_await empty.get();
      } catch (const weft::queue_closed&) {
        closed = true;
      }
      expect(closed, "get() ends when the queue is closed");
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"putter"}, put);
      group.spawn(spawn_options{"getter"}, get);
      group.spawn(put);
      group.spawn(get);
      co_await weft::sleep(1h);
      full.close();
      empty.close();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"putter", "getter"});
}

TEST_CASE("sweep: broadcast") {
  auto scenario = []() -> task<> {
    weft::broadcast<int> news(2);
    auto reader = [&](weft::broadcast<int>::subscription from) -> task<> {
      int seen = 0;
      for (;;) {
        const std::optional<int> item = co_await from.next();
        if (!item) break;
        expect(*item == ++seen, "items come in order, each once");
      }
      expect(seen == 4, "every item is seen");
    };
    auto writer = [&]() -> task<> {
      for (int item = 1; item <= 4; ++item) co_await news.put(item);
      news.close();
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) group.spawn(spawn_options{name}, reader, news.subscribe());
      co_await writer();
    };
    auto check = [&] { expect(news.subscribers() == 0, "a subscription is left"); };
    co_await scope_then(body, check);
  };
  everything(scenario, {"a", "b", "c"});
}

}  // namespace
