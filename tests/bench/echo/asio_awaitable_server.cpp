// Peer: the echo server with asio::awaitable, executor type and token chosen for speed.
#include <array>
#include <boost/asio.hpp>
#include <cstdio>
#include <cstdlib>

namespace asio = boost::asio;
using executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;
template <class T>
using awaitable = asio::awaitable<T, executor>;

constexpr auto token = asio::as_tuple(asio::deferred);

awaitable<void> session(tcp_socket socket) {
  std::array<char, 4096> data;
  for (;;) {
    auto [read_error, size] = co_await socket.async_read_some(asio::buffer(data), token);
    if (read_error) co_return;
    auto [write_error, sent] = co_await asio::async_write(socket, asio::buffer(data, size), token);
    if (write_error) co_return;
  }
}

awaitable<void> serve(tcp_acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(token);
    if (error) continue;
    socket.set_option(asio::ip::tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), session(std::move(socket)), asio::detached);
  }
}

int main(int argc, char** argv) {
  auto port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0);
  asio::io_context context(1);
  tcp_acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  asio::co_spawn(context.get_executor(), serve(acceptor), asio::detached);
  context.run();
}
