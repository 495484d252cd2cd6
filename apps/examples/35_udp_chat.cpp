// A chat over one socket, where one task receives while another sends: the two threads of Python's, without threads.
// weft-chat is the program for people.

#include <array>
#include <cstdio>
#include <string>
#include <weft/weft.hpp>

namespace net = weft::net;

weft::task<> receive_lines(const char* name, net::udp_socket& socket) {
  std::array<char, 1024> text;
  for (;;) {
    const auto got = co_await socket.receive_from(text);
    const std::string line(text.data(), got.size);
    std::printf("%s reads: %s\n", name, line.c_str());
    if (line == "bye") co_return;
  }
}

weft::task<> send_lines(net::udp_socket& socket, net::udp_endpoint to, std::array<std::string, 2> lines) {
  for (const std::string& line : lines) co_await socket.send_to(line, to);
}

weft::task<> chat(const char* name, net::udp_socket& socket, net::udp_endpoint other,
                  std::array<std::string, 2> lines) {
  co_await weft::gather(receive_lines(name, socket), send_lines(socket, other, lines));
}

weft::task<> two_people() {
  net::udp_socket ann = net::udp_bind("127.0.0.1", 0);
  net::udp_socket bob = net::udp_bind("127.0.0.1", 0);
  const std::array<std::string, 2> to_bob{"hello bob", "bye"};
  const std::array<std::string, 2> to_ann{"hello ann", "bye"};
  co_await weft::gather(chat("ann", ann, bob.local_endpoint(), to_bob), chat("bob", bob, ann.local_endpoint(), to_ann));
}

int main() { return weft::run(two_people); }
