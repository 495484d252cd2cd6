// The UDP echo server as a user of weft writes it.
#include <weft/core/run.hpp>
#include <weft/net/udp_socket.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

weft::task<> server(unsigned short port) {
  weft::net::udp_options options;
  options.receive_buffer = 4 << 20;
  auto socket = weft::net::udp_bind("127.0.0.1", port, options);
  std::printf("%d\n", socket.port());
  std::fflush(stdout);
  weft::net::udp_batch batch;
  for (;;) {
    co_await socket.receive_batch(batch);
    co_await socket.send_batch(batch);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return weft::run(server, static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0));
}
