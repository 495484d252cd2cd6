#include "get/demo/picture_server.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include <boost/system/system_error.hpp>
#include <weft/core/sleep.hpp>
#include <weft/http/gate.hpp>
#include <weft/net/serve.hpp>

#include "get/demo/gallery.hpp"

namespace weft::get_app::demo {
namespace {

constexpr std::size_t piece = 8 * 1024;

struct pace {
  duration before_answer;
  duration between_pieces;
};

pace pace_of(std::size_t index) {
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(index + 1));
  random.discard(8);
  return {std::chrono::milliseconds(40 + random() % 160), std::chrono::milliseconds(2 + random() % 14)};
}

std::optional<std::size_t> index_of(std::string_view target) {
  for (std::size_t index = 0; index < gallery_size; ++index) {
    if (target == "/" + picture_name(index)) return index;
  }
  return std::nullopt;
}

std::string head_of(std::string_view status, std::size_t length, std::string_view type) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(length) +
         "\r\nContent-Type: " + std::string(type) + "\r\n\r\n";
}

}  // namespace

std::string picture_server::url_of(std::size_t index) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/" + picture_name(index);
}

task<> picture_server::run() {
  auto handler = [this](net::tcp_socket peer) { return converse(std::move(peer)); };
  co_await net::serve(std::move(listener_), handler);
}

task<> picture_server::converse(net::tcp_socket peer) {
  try {
    co_await answer_requests(peer);
  } catch (const boost::system::system_error&) {
    // The client has gone: a download that was interrupted.
  }
}

task<> picture_server::answer_requests(net::tcp_socket& peer) {
  std::string received;
  for (;;) {
    http::head_gate gate(http::head_limits::server(), http::head_rules::strict);
    http::request_head head;
    std::optional<std::size_t> size = gate.read(received, head);
    while (!size) {
      const auto before = received.size();
      received.resize(before + piece);
      const auto more = co_await peer.read_some(std::as_writable_bytes(std::span(received).subspan(before)));
      received.resize(before + more);
      if (more == 0) co_return;
      size = gate.read(received, head);
    }
    received.erase(0, *size);
    const auto index = index_of(head.target);
    if (index && (head.method == "GET" || head.method == "HEAD")) {
      co_await answer(peer, head.method, *index);
    } else {
      const auto refusal = head_of("404 Not Found", 0, "text/plain");
      co_await peer.write_all(refusal);
    }
  }
}

task<> picture_server::answer(net::tcp_socket& peer, std::string_view method, std::size_t index) {
  const auto pace = pace_of(index);
  co_await sleep(pace.before_answer);
  auto paint = [index] { return picture_file(index); };
  const auto file = co_await painters_.run(paint);
  const auto head = head_of("200 OK", file.size(), picture_name(index).ends_with(".png") ? "image/png" : "image/jpeg");
  co_await peer.write_all(head);
  if (method == "HEAD") co_return;
  for (std::size_t begin = 0; begin < file.size(); begin += piece) {
    const auto part = std::string_view(file).substr(begin, piece);
    co_await peer.write_all(part);
    co_await sleep(pace.between_pieces);
  }
}

}  // namespace weft::get_app::demo
