#include "local_server.hpp"

#include <algorithm>
#include <utility>

namespace {

weft::task<> answer(weft::net::tcp_socket socket, std::vector<page> pages) {
  std::string request;
  const auto end = co_await socket.read_until(request, "\r\n\r\n");
  if (end == 0) co_return;
  const auto path_begin = request.find(' ') + 1;
  const auto path = request.substr(path_begin, request.find(' ', path_begin) - path_begin);

  const auto found = std::find_if(pages.begin(), pages.end(), [&](const page& each) { return each.path == path; });
  std::string status = "404 Not Found";
  std::string body = "there is no such page\n";
  if (found != pages.end()) {
    co_await weft::sleep(found->delay);
    status = "200 OK";
    body.assign(found->size, 'x');
  }
  const std::string head =
      "HTTP/1.0 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  co_await socket.write_all(head, body);
  socket.shutdown_write();
}

}  // namespace

weft::task<> serve_pages(weft::net::listener source, std::vector<page> pages) {
  auto handler = [pages = std::move(pages)](weft::net::tcp_socket socket) { return answer(std::move(socket), pages); };
  co_await weft::net::serve(std::move(source), handler);
}
