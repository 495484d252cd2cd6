// Peer: the UDP echo server with asio::awaitable, executor type and token chosen for speed.
#include <array>
#include <boost/asio.hpp>
#include <cstdio>
#include <cstdlib>

namespace asio = boost::asio;
using executor = asio::io_context::executor_type;
using udp_socket = asio::basic_datagram_socket<asio::ip::udp, executor>;

constexpr auto token = asio::as_tuple(asio::deferred);

asio::awaitable<void, executor> serve(udp_socket& socket) {
  std::array<char, 2048> data;
  asio::ip::udp::endpoint peer;
  for (;;) {
    auto [receive_error, size] = co_await socket.async_receive_from(asio::buffer(data), peer, token);
    if (receive_error) continue;
    co_await socket.async_send_to(asio::buffer(data, size), peer, token);
  }
}

int main(int argc, char** argv) {
  auto port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0);
  asio::io_context context(1);
  udp_socket socket(context, {asio::ip::address_v4::loopback(), port});
  socket.set_option(asio::socket_base::receive_buffer_size(4 << 20));
  std::printf("%d\n", socket.local_endpoint().port());
  std::fflush(stdout);
  asio::co_spawn(context.get_executor(), serve(socket), asio::detached);
  context.run();
}
