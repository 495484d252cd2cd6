#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/net/unix_socket.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace weft;

namespace {

bool is_inherited(int descriptor) { return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0; }

}  // namespace

TEST_CASE("sockets: programs that are started inherit none") {
  testkit::run([]() -> task<> {
    auto listener = net::listen("127.0.0.1", 0);
    auto near = co_await net::connect(listener.local_endpoint());
    auto far = co_await listener.accept();
    CHECK_FALSE(is_inherited(near.native_handle()));
    CHECK_FALSE(is_inherited(far.native_handle()));
    const auto datagrams = net::udp_bind("127.0.0.1", 0);
    CHECK_FALSE(is_inherited(datagrams.native_handle()));

    const std::string name = "@weft-inheritance-" + std::to_string(::getpid());
    auto unix_listener = net::unix_listen(name);
    const auto unix_near = co_await net::unix_connect(name);
    const auto unix_far = co_await unix_listener.accept();
    const auto pair = net::unix_pair();
    for (const int each : {unix_near.native_handle(), unix_far.native_handle(), pair.first.native_handle(),
                           pair.second.native_handle()}) {
      CHECK_FALSE(is_inherited(each));
    }
  });
}
