#include <weft/net/tcp_socket.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/scripted_peer.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

using namespace weft;

namespace {

using error_code = boost::system::error_code;

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

task<std::string> read_all(net::tcp_socket& socket) {
  std::string all;
  std::array<char, 1000> buffer{};
  for (;;) {
    const std::size_t got = co_await socket.read_some(buffer);
    if (got == 0) co_return all;
    all.append(buffer.data(), got);
  }
}

/// The error that `work` ends with; none when it succeeds.
task<error_code> error_of(task<> work) {
  try {
    co_await std::move(work);
  } catch (const boost::system::system_error& error) {
    co_return error.code();
  }
  co_return error_code();
}

}  // namespace

TEST_CASE("tcp_socket: what one side writes the other one reads, and the end of the stream is 0") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    co_await near.write_all("hello");
    std::array<std::byte, 5> bytes{};
    CHECK(co_await far.read_exactly(bytes) == 5);
    CHECK(static_cast<char>(bytes[4]) == 'o');
    near.shutdown_write();
    CHECK(co_await far.read_some(bytes) == 0);
    CHECK(co_await far.read_some(bytes) == 0);
    co_await far.write_all("still open");
    far.close();
    CHECK(co_await read_all(near) == "still open");
  });
}

TEST_CASE("tcp_socket: a gathered write sends every buffer in order, also more than the socket takes at once") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    const std::string large(8 << 20, 'x');
    auto write = [&near, &large]() -> task<> {
      const std::size_t sent = co_await near.write_all("head ", large, std::string(" tail"));
      CHECK(sent == large.size() + 10);
      near.shutdown_write();
    };
    const auto writing = spawn(write);
    const std::string all = co_await read_all(far);
    CHECK(all == "head " + large + " tail");
    co_await writing;
  });
}

TEST_CASE("tcp_socket: reading into an empty buffer gives 0 at once") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    std::string nothing;
    CHECK(co_await near.read_some(nothing) == 0);
  });
}

TEST_CASE("tcp_socket: read_exactly throws when the stream ends before") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    co_await far.write_all("abc");
    far.close();
    auto read = [&near]() -> task<> {
      std::array<char, 4> four{};
      co_await near.read_exactly(four);
    };
    const error_code error = co_await error_of(read());
    CHECK(error == boost::asio::error::eof);
  });
}

TEST_CASE("tcp_socket: a reset by the peer is an error, not an end") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    far.reset();
    auto read = [&near]() -> task<> {
      std::array<char, 4> four{};
      co_await near.read_some(four);
    };
    const error_code error = co_await error_of(read());
    CHECK(error == boost::asio::error::connection_reset);
  });
}

TEST_CASE("tcp_socket: writing to a peer that is gone is an error and no signal") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    far.reset();
    auto write = [&near]() -> task<> {
      const std::string block(1 << 20, 'x');
      for (;;) co_await near.write_all(block);
    };
    const error_code error = co_await error_of(write());
    CHECK((error == boost::asio::error::connection_reset || error == boost::asio::error::broken_pipe));
  });
}

TEST_CASE("tcp_socket: read_until finds a delimiter that any two pieces share and keeps the rest for the next call") {
  const std::string sent = "first\r\nsecond\r\n\r\nrest";
  for (std::size_t piece = 1; piece <= sent.size(); ++piece) {
    CAPTURE(piece);
    testkit::run([&]() -> task<> {
      auto play = testkit::script().send_in_pieces(sent, piece).finish();
      testkit::scripted_peer peer(play);
      auto socket = co_await net::connect(peer.endpoint());
      std::string text;
      CHECK(co_await socket.read_until(text, "\r\n") == 7);
      text.erase(0, 7);
      CHECK(co_await socket.read_until(text, "\r\n\r\n") == 10);
      CHECK(text.starts_with("second\r\n\r\n"));
    });
  }
}

TEST_CASE("tcp_socket: read_until gives 0 at a clean end, and an error within a line or past the limit") {
  testkit::run([]() -> task<> {
    auto play = testkit::script().send("line\nno end").finish();
    testkit::scripted_peer peer(play);
    auto socket = co_await net::connect(peer.endpoint());
    std::string text;
    CHECK(co_await socket.read_until(text, "\n") == 5);
    text.erase(0, 5);
    auto read = [&]() -> task<> { co_await socket.read_until(text, "\n"); };
    const error_code within = co_await error_of(read());
    CHECK(within == boost::asio::error::eof);
    CHECK(text == "no end");
    text.clear();
    CHECK(co_await socket.read_until(text, "\n") == 0);

    auto again = co_await net::connect(peer.endpoint());
    auto read_little = [&]() -> task<> { co_await again.read_until(text, "\n", 3); };
    const error_code over = co_await error_of(read_little());
    CHECK(over == boost::system::errc::message_size);
    CHECK(text == "lin");
  });
}

TEST_CASE("tcp_socket: a kill ends every kind of waiting and leaves the socket usable") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    const auto killed_in = [](auto work) -> task<bool> {
      const auto running = spawn(work);
      co_await yield();
      co_await yield();
      CHECK_FALSE(running.ready());
      co_await running.kill_join("test");
      co_return running.killed();
    };
    auto some = [&near]() -> task<> {
      std::array<char, 4> four{};
      co_await near.read_some(four);
    };
    auto exactly = [&near]() -> task<> {
      std::array<char, 4> four{};
      co_await near.read_exactly(four);
    };
    auto until = [&near]() -> task<> {
      std::string text;
      co_await near.read_until(text, "\n");
    };
    auto readable = [&near]() -> task<> { co_await near.wait_readable(); };
    CHECK(co_await killed_in(some));
    CHECK(co_await killed_in(exactly));
    CHECK(co_await killed_in(until));
    CHECK(co_await killed_in(readable));
    co_await far.write_all("ping");
    std::array<char, 4> four{};
    CHECK(co_await near.read_exactly(four) == 4);

    auto write = [&near]() -> task<> {
      const std::string block(64 << 20, 'x');
      co_await near.write_all(block);
    };
    const auto writing = spawn(write);
    std::array<char, 1> one{};
    CHECK(co_await far.read_exactly(one) == 1);
    co_await writing.kill_join("test");
    CHECK(writing.killed());
    near.close();
    CHECK((co_await read_all(far)).size() > 0);
  });
}

TEST_CASE("tcp_socket: closing while a read waits ends the read") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    auto read = [&near]() -> task<> {
      std::array<char, 4> four{};
      co_await near.read_some(four);
    };
    const auto reading = spawn(error_of, read());
    co_await yield();
    co_await yield();
    near.close();
    near.close();
    CHECK_FALSE(near.is_open());
    const error_code error = co_await reading;
    CHECK(error == boost::asio::error::operation_aborted);
  });
}

TEST_CASE("tcp_socket: one read and one write may wait at the same time") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    const std::string block(4 << 20, 'y');
    auto write = [&near, &block]() -> task<> { co_await near.write_all(block); };
    auto read = [&near]() -> task<std::size_t> {
      std::array<char, 4> four{};
      co_return co_await near.read_exactly(four);
    };
    const auto writing = spawn(write);
    const auto reading = spawn(read);
    co_await yield();
    co_await far.write_all("pong");
    CHECK(co_await reading == 4);
    std::string taken(block.size(), ' ');
    co_await far.read_exactly(taken);
    CHECK(taken == block);
    co_await writing;
  });
}

TEST_CASE("tcp_socket: has_input sees bytes and the end of the stream") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    CHECK_FALSE(near.has_input());
    co_await far.write_all("x");
    co_await near.wait_readable();
    CHECK(near.has_input());
    std::array<char, 1> one{};
    co_await near.read_exactly(one);
    CHECK_FALSE(near.has_input());
    far.close();
    co_await near.wait_readable();
    CHECK(near.has_input());
  });
}

TEST_CASE("tcp_socket: an idle socket may be destroyed or moved, and small writes are not held back") {
  testkit::run([]() -> task<> {
    std::optional<socket_pair> pair;
    pair.emplace(co_await make_pair());
    for (auto* socket : {&pair->near, &pair->far}) {
      boost::asio::ip::tcp::no_delay option;
      socket->asio().get_option(option);
      CHECK(option.value());
    }
    net::tcp_socket moved = std::move(pair->near);
    CHECK(moved.local_endpoint() == pair->far.remote_endpoint());
    pair.reset();
    std::array<char, 1> one{};
    CHECK(co_await moved.read_some(one) == 0);
  });
}

TEST_CASE("tcp_socket: bytes move into a pipe as they come, until it is full or the stream ends") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    net::tcp_socket& near = ends.near;
    net::tcp_socket& far = ends.far;
    byte_pipe through(4096);
    auto moving = spawn([&] { return near.splice_some(through, 100); });
    co_await yield();
    co_await far.write_all("hello world");
    CHECK(co_await moving == 11);
    CHECK(through.size() == 11);

    const std::string text(16 * 1024, 'x');
    co_await far.write_all(text);
    std::size_t moved = 1;
    while (moved != 0) moved = co_await near.splice_some(through, text.size());
    CHECK(through.is_full());
    CHECK(through.size() < text.size());

    byte_pipe rest(64 * 1024);
    far.close();
    moved = 1;
    while (moved != 0) moved = co_await near.splice_some(rest, text.size());
    CHECK_FALSE(rest.is_full());
    CHECK(through.size() + rest.size() == text.size() + 11);
  });
}

TEST_CASE("tcp_socket: a killed move into a pipe leaves what comes later to be read, at the accepted end too") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    auto check = [](net::tcp_socket& moved, net::tcp_socket& other) -> task<> {
      byte_pipe through(4096);
      auto moving = spawn([&] { return moved.splice_some(through, 100); });
      co_await yield();
      co_await moving.kill_join();
      co_await other.write_all("x");
      std::array<char, 1> one{};
      CHECK(co_await moved.read_some(one) == 1);
      CHECK(through.size() == 0);
    };
    co_await check(ends.near, ends.far);
    co_await check(ends.far, ends.near);
  });
}

TEST_CASE("tcp_socket: a read that was said to wait finds what is there already, what comes, and the end") {
  testkit::run([]() -> task<> {
    auto ends = co_await make_pair();
    std::array<char, 10> buffer{};
    for (int i = 0; i < 3; ++i) {
      co_await ends.far.write_all("here");
      co_await ends.near.wait_readable();
      ends.near.expect_wait();
      CHECK(co_await ends.near.read_some(buffer) == 4);
      ends.near.expect_wait();
      auto reading = spawn([&]() -> task<std::size_t> { co_return co_await ends.near.read_some(buffer); });
      co_await yield();
      co_await ends.far.write_all("later");
      CHECK(co_await reading == 5);
    }
    ends.near.expect_wait();
    auto killed = spawn([&]() -> task<std::size_t> { co_return co_await ends.near.read_some(buffer); });
    co_await yield();
    co_await killed.kill_join();
    ends.far.close();
    ends.near.expect_wait();
    CHECK(co_await ends.near.read_some(buffer) == 0);
  });
}
