// Datagrams, received by one thread and sent by another: socket.recvfrom and sendto.

#include <array>
#include <cstdio>
#include <future>
#include <string>
#include <weft/weft.hpp>

namespace net = weft::net;

const std::array<std::string, 3> lines{"hello", "datagrams have borders", "bye"};

weft::task<> receive_lines(std::promise<net::udp_endpoint>& bound) {
  net::udp_socket socket = net::udp_bind("127.0.0.1", 0);
  bound.set_value(socket.local_endpoint());
  std::string text(1024, '\0');
  for (;;) {
    const auto got = co_await socket.receive_from(text);
    const std::string line = text.substr(0, got.size);
    std::printf("%s from %s: %s\n", weft::this_thread::name().c_str(), got.endpoint.address().to_string().c_str(),
                line.c_str());
    if (line == "bye") co_return;
  }
}

weft::task<> send_lines(net::udp_endpoint to) {
  net::udp_socket socket = net::udp_bind("127.0.0.1", 0);
  for (const std::string& line : lines) co_await socket.send_to(line, to);
}

int main() {
  std::promise<net::udp_endpoint> bound;
  // Each thread has a loop of its own, and its own socket on it.
  weft::thread receiver({.name = "receiver"}, [&bound] { weft::run([&bound] { return receive_lines(bound); }); });
  const net::udp_endpoint to = bound.get_future().get();
  weft::thread sender({.name = "sender"}, [to] { weft::run(send_lines, to); });
  sender.join();
  receiver.join();
}
