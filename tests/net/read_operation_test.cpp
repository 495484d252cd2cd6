#include <weft/net/read_operation.hpp>

#include <weft/core/spawn.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace weft;

namespace {

struct socket_pair {
  net::tcp_socket near;
  net::tcp_socket far;
};

task<socket_pair> make_pair() {
  auto listener = net::listen("127.0.0.1", 0);
  auto near = co_await net::connect(listener.local_endpoint());
  auto far = co_await listener.accept();
  co_return socket_pair{std::move(near), std::move(far)};
}

/// What a reader of `socket` ended with: its bytes, or a word for the failure.
task<std::string> read_once(net::tcp_socket& socket) {
  std::array<char, 100> buffer{};
  try {
    const std::size_t got = co_await socket.read_some(buffer);
    co_return std::string(buffer.data(), got);
  } catch (const boost::system::system_error& error) {
    co_return error.code() == boost::asio::error::operation_aborted ? "aborted" : "failed";
  }
}

}  // namespace

TEST_CASE("read_operation: a kill before the first attempt takes nothing from the socket") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    co_await ends.far.write_all("kept");
    auto reader = spawn(read_once, std::ref(ends.near));
    co_await yield();  // it has begun, and its attempt stands behind the present turn
    co_await reader.kill_join();
    CHECK(reader.killed());
    const std::string text = co_await read_once(ends.near);
    CHECK(text == "kept");
  });
}

TEST_CASE("read_operation: a kill after the bytes were taken gives them to the reader") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    co_await ends.far.write_all("taken");
    auto reader = spawn(read_once, std::ref(ends.near));
    // Behind the reader's attempt, which has been posted first, but before the reader runs again or with it.
    auto watch = [](handle<std::string> victim) -> task<> {
      co_await yield();
      this_loop().post([victim] { victim.kill(); });
    };
    spawn(watch, reader);
    co_await reader.join();
    if (reader.ok()) {
      const std::string text = co_await reader;
      CHECK(text == "taken");
    } else {
      const std::string text = co_await read_once(ends.near);
      CHECK(text == "taken");
    }
  });
}

TEST_CASE("read_operation: closing the socket ends a read in either of its phases") {
  testkit::run([]() -> task<> {
    for (int turns : {1, 50}) {
      auto ends = co_await make_pair();
      auto reader = spawn(read_once, std::ref(ends.near));
      for (int i = 0; i < turns; ++i) co_await yield();
      if (turns > 1) {
        // One round trip through the reactor: the reader's attempt has found nothing and it waits there.
        auto others = co_await make_pair();
        co_await others.far.write_all("x");
        co_await read_once(others.near);
      }
      ends.near.close();
      const std::string text = co_await reader;
      CHECK(text == "aborted");
    }
  });
}

TEST_CASE("read_operation: reads that fill their buffers go on in place and give way now and then") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    co_await ends.far.write_all(std::string(1000, 'a'));
    int turns_of_others = 0;
    auto other = [&]() -> task<> {
      for (;;) {
        ++turns_of_others;
        co_await yield();
      }
    };
    auto beside = spawn(other);
    std::array<char, 1> buffer{};
    std::size_t got = 0;
    for (int i = 0; i < 1000; ++i) got += co_await ends.near.read_some(buffer);
    CHECK(got == 1000);
    CHECK(turns_of_others >= 1000 / 16);
    CHECK(turns_of_others < 100 * 1000);
    co_await beside.kill_join();
  });
}

TEST_CASE("read_operation: more sockets than one turn attempts are all read") {
  testkit::run([]() -> task<> {
    std::vector<socket_pair> pairs;
    for (int i = 0; i < 300; ++i) {
      auto ends = co_await make_pair();
      pairs.push_back(std::move(ends));
    }
    std::vector<handle<std::string>> readers;
    for (auto& ends : pairs) readers.push_back(spawn(read_once, std::ref(ends.near)));
    for (auto& ends : pairs) co_await ends.far.write_all("hello");
    for (auto& reader : readers) {
      const std::string text = co_await reader;
      CHECK(text == "hello");
    }
  });
}
