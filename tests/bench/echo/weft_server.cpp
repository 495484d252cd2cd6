// The echo server as a user of weft writes it.
#include <weft/core/run.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/tcp_socket.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace {

weft::task<> session(weft::net::tcp_socket socket) {
  std::array<char, 4096> data;
  while (auto size = co_await socket.read_some(data)) co_await socket.write_all(std::span(data).first(size));
}

weft::task<> server(unsigned short port) {
  auto listener = weft::net::listen("127.0.0.1", port);
  std::printf("%d\n", listener.local_endpoint().port());
  std::fflush(stdout);
  co_await weft::net::serve(std::move(listener), session);
}

}  // namespace

int main(int argc, char** argv) {
  return weft::run(server, static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0));
}
