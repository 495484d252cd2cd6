// HTTP spoken by hand over a TCP connection, two at once: asyncio.open_connection and gather.

#include <cstdint>
#include <cstdio>
#include <string>

#include "local_server.hpp"

using namespace std::chrono_literals;
namespace net = weft::net;

weft::task<std::string> fetch(std::string host, std::uint16_t port, std::string path) {
  std::printf("%s %s\n", host.c_str(), path.c_str());
  net::tcp_socket socket = co_await net::connect(host, port);
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
  co_await socket.write_all(request);

  std::string text;
  std::string chunk(4096, '\0');
  for (;;) {
    const auto size = co_await socket.read_some(chunk);
    if (size == 0) co_return text;
    text.append(chunk, 0, size);
  }
}

weft::task<> fetch_both() {
  auto source = net::listen("127.0.0.1", 0);
  const auto port = source.port();
  const std::vector<page> pages{{"/wupeiqi/", 2000, 20ms}, {"/pic/show?nid=40", 300, 0ms}};
  auto server = weft::spawn(serve_pages, std::move(source), pages);

  auto [first, second] =
      co_await weft::gather(fetch("127.0.0.1", port, "/wupeiqi/"), fetch("127.0.0.1", port, "/pic/show?nid=40"));
  std::printf("%s: %zu bytes\n", first.substr(0, first.find('\r')).c_str(), first.size());
  std::printf("%s: %zu bytes\n", second.substr(0, second.find('\r')).c_str(), second.size());
  co_await server.kill_join();
}

int main() { return weft::run(fetch_both); }
