#include <weft/sync/shared_mutex.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using weft::shared_mutex;
using weft::task;

/// Tasks that lock the mutex, write down their letter, and leave when they are told to.
class crowd {
 public:
  weft::handle<> read(char name) {
    auto body = [this](char n) -> task<> {
      const auto guard = co_await mutex.lock_shared();
      inside += n;
      co_await weft::yield();
      co_await weft::yield();
    };
    return weft::spawn(body, name);
  }
  weft::handle<> write(char name) {
    auto body = [this](char n) -> task<> {
      const auto guard = co_await mutex.lock();
      inside += n;
      co_await weft::yield();
      co_await weft::yield();
    };
    return weft::spawn(body, name);
  }

  shared_mutex mutex;
  std::string inside;
};

TEST_CASE("shared_mutex: readers are in together, a writer alone") {
  weft::testkit::run([]() -> task<> {
    shared_mutex m;
    {
      const auto first = co_await m.lock_shared();
      const auto second = co_await m.lock_shared();
      CHECK(static_cast<bool>(m.try_lock_shared()));
      CHECK_FALSE(static_cast<bool>(m.try_lock()));
    }
    {
      const auto writer = co_await m.lock();
      CHECK_FALSE(static_cast<bool>(m.try_lock_shared()));
      CHECK_FALSE(static_cast<bool>(m.try_lock()));
    }
    CHECK(static_cast<bool>(m.try_lock()));
  });
}

TEST_CASE("shared_mutex: a reader that comes after a waiting writer waits behind it; neighbours go in together") {
  weft::testkit::run([]() -> task<> {
    crowd c;
    auto first = co_await c.mutex.lock_shared();
    std::vector<weft::handle<>> handles;
    handles.push_back(c.read('a'));
    co_await weft::yield();
    CHECK(c.inside == "a");
    handles.push_back(c.write('W'));
    handles.push_back(c.read('b'));
    handles.push_back(c.read('c'));
    handles.push_back(c.write('V'));
    handles.push_back(c.read('d'));
    co_await weft::yield();
    CHECK(c.inside == "a");
    CHECK_FALSE(static_cast<bool>(c.mutex.try_lock_shared()));
    co_await handles[0];
    CHECK(c.inside == "a");
    first.unlock();
    co_await weft::yield();
    CHECK(c.inside == "aW");
    co_await handles[1];
    co_await weft::yield();
    CHECK(c.inside == "aWbc");
    co_await weft::joinall(handles);
    CHECK(c.inside == "aWbcVd");
  });
}

TEST_CASE("shared_mutex: a writer killed while it waits lets the readers behind it in") {
  weft::testkit::run([]() -> task<> {
    crowd c;
    const auto reader = co_await c.mutex.lock_shared();
    auto writer = c.write('W');
    auto first = c.read('a');
    auto second = c.read('b');
    co_await weft::yield();
    CHECK(c.inside.empty());
    writer.kill();
    co_await weft::joinall(first, second);
    CHECK(c.inside == "ab");
    co_await writer.join();
  });
}

TEST_CASE("shared_mutex: kill and hand-over in the same turn, in both orders and modes: it is not left locked") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      for (const bool to_reader : {true, false}) {
        crowd c;
        auto guard = co_await c.mutex.lock();
        auto killed = to_reader ? c.read('k') : c.write('k');
        auto writer = c.write('W');
        auto reader = c.read('r');
        co_await weft::yield();
        if (kill_first) killed.kill();
        guard.unlock();
        if (!kill_first) killed.kill();
        co_await weft::joinall(writer, reader);
        CHECK(killed.killed());
        CHECK(c.inside == (kill_first ? "Wr" : "kWr"));
        CHECK(static_cast<bool>(c.mutex.try_lock()));
      }
    }
  });
}

TEST_CASE("shared_mutex: readers and writers stay apart, and all get in, in a random mixture with kills") {
  std::mt19937 random(11);
  weft::testkit::run([&]() -> task<> {
    shared_mutex m;
    int readers = 0;
    int writers = 0;
    auto read = [&](unsigned turns) -> task<> {
      const auto guard = co_await m.lock_shared();
      REQUIRE(writers == 0);
      ++readers;
      for (; turns > 0 && !weft::detail::current_task().cancel_pending(); --turns) co_await weft::yield();
      --readers;
    };
    auto write = [&]() -> task<> {
      const auto guard = co_await m.lock();
      REQUIRE(readers + writers == 0);
    };
    std::vector<weft::handle<>> handles;
    for (int round = 0; round < 500; ++round) {
      const auto turns = static_cast<unsigned>(random() % 4);
      if (random() % 3 != 0) handles.push_back(weft::spawn(read, turns));
      if (random() % 3 == 0) handles.push_back(weft::spawn(write));
      if (random() % 3 == 0) co_await weft::yield();
      if (random() % 3 == 0 && !handles.empty() && readers == 0) handles.back().kill();
    }
    co_await weft::joinall(handles);
    CHECK(static_cast<bool>(m.try_lock()));
  });
}

}  // namespace
