#include <weft/testkit/check_stream.hpp>

#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/unix_socket.hpp>
#include <weft/testkit/faulty_stream.hpp>
#include <weft/testkit/memory_stream.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace weft;

namespace {

task<std::pair<net::tcp_socket, net::tcp_socket>> tcp_pair() {
  auto listener = net::listen("127.0.0.1", 0);
  auto near = co_await net::connect(listener.local_endpoint());
  auto far = co_await listener.accept();
  co_return std::pair(std::move(near), std::move(far));
}

task<std::pair<net::unix_socket, net::unix_socket>> unix_sockets() { co_return net::unix_pair(); }

task<std::pair<testkit::memory_stream, testkit::memory_stream>> memory_pair() { co_return testkit::memory_streams(); }

using faulty = testkit::faulty_stream<testkit::memory_stream>;

/// Streams that lose everything behind so many bytes.
task<std::pair<faulty, faulty>> truncated_pair() {
  auto ends = testkit::memory_streams();
  testkit::faulty_stream_options options;
  options.truncate_at = 500'000;
  co_return std::pair(faulty(std::move(ends.first), options), faulty(std::move(ends.second), options));
}

task<std::pair<faulty, faulty>> pieced_pair() {
  auto ends = testkit::memory_streams();
  testkit::faulty_stream_options options;
  options.piece = 777;
  co_return std::pair(faulty(std::move(ends.first), options), faulty(std::move(ends.second), options));
}

}  // namespace

TEST_CASE("check_stream: TCP sockets pass") {
  testkit::run([]() -> task<> { co_await testkit::check_stream(tcp_pair); });
}

TEST_CASE("check_stream: Unix sockets pass") {
  testkit::run([]() -> task<> { co_await testkit::check_stream(unix_sockets); });
}

TEST_CASE("check_stream: streams in memory pass, whole and in pieces") {
  testkit::run([]() -> task<> { co_await testkit::check_stream(memory_pair); });
  testkit::run([]() -> task<> { co_await testkit::check_stream(pieced_pair); });
}

TEST_CASE("check_stream: a stream that loses bytes is told, with the rule it breaks") {
  std::string told;
  testkit::run([&told]() -> task<> {
    try {
      co_await testkit::check_stream(truncated_pair);
    } catch (const testkit::test_failure& failure) {
      told = failure.what();
    }
  });
  CHECK(told.starts_with("a stream breaks the rule 'many bytes arrive both ways at once': "));
}
