#include <weft/core/frame_allocator.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <array>

#include "core/allocation_counter.hpp"

using namespace weft;

namespace {

bool frames_are_counted() {
  const std::size_t before = core_test::allocations();
  weft::detail::free_frame(weft::detail::allocate_frame(10'000), 10'000);
  return weft::detail::frames_are_recycled && core_test::allocations() == before + 1;
}

}  // namespace

TEST_CASE("udp_socket: an awaited operation allocates nothing, single or in batches, waiting or not") {
  if (!frames_are_counted()) return;
  testkit::run([]() -> task<> {
    auto near = net::udp_bind("127.0.0.1", 0);
    auto far = net::udp_bind("127.0.0.1", 0);
    auto echo_batches = [&]() -> task<> {
      net::udp_batch batch;
      for (;;) {
        co_await far.receive_batch(batch);
        co_await far.send_batch(batch);
      }
    };
    auto server = spawn(echo_batches);
    const auto to = far.local_endpoint();
    std::array<char, 100> buffer{};
    std::size_t before = 0;
    for (int i = 0; i < 1000; ++i) {
      if (i == 200) before = core_test::allocations();
      co_await near.send_to("ping", to);
      const auto got = co_await near.receive_from(buffer);
      if (got.size != 4) FAIL("not what was sent");
    }
    CHECK(core_test::allocations() == before);
    co_await server.kill_join();
  });
}
