// Three pages fetched at the same time; the answers come in the order the server gives them: the concurrent downloader.

#include <cstdio>
#include <string>

#include "local_server.hpp"

using namespace std::chrono_literals;
namespace http = weft::http;
namespace net = weft::net;

weft::task<> download(std::string base, std::string path) {
  std::printf("GET: %s\n", path.c_str());
  http::response response = co_await http::get(base + path);
  const std::string data = co_await response.text();
  std::printf("%zu bytes received from %s.\n", data.size(), path.c_str());
}

weft::task<> download_all() {
  auto source = net::listen("127.0.0.1", 0);
  const std::string base = "http://127.0.0.1:" + std::to_string(source.port());
  const std::vector<page> pages{{"/first", 111'327, 40ms}, {"/second", 215'035, 0ms}, {"/third", 172'054, 20ms}};
  auto server = weft::spawn(serve_pages, std::move(source), pages);

  auto first = weft::spawn(download, base, "/first");
  auto second = weft::spawn(download, base, "/second");
  auto third = weft::spawn(download, base, "/third");
  co_await weft::joinall(first, second, third);
  co_await server.kill_join();
}

int main() { return weft::run(download_all); }
