#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/net/listener.hpp>

namespace weft::get_app::demo {

/// An HTTP/1.1 server for the pictures of the gallery, about as slow as a server far away.
///
/// Answers GET and HEAD for "/NAME" and keeps connections open. Each answer begins after a delay and arrives in pieces;
/// both depend on the picture only.
class picture_server {
 public:
  explicit picture_server(net::listener where) : listener_(std::move(where)), port_(listener_.port()) {}

  /// The address of a picture.
  std::string url_of(std::size_t index) const;
  /// Serves until cancelled. Once.
  task<> run();

 private:
  task<> converse(net::tcp_socket peer);
  task<> answer_requests(net::tcp_socket& peer);
  task<> answer(net::tcp_socket& peer, std::string_view method, std::size_t index);

  net::listener listener_;
  std::uint16_t port_;
  offload painters_{offload_options{.name = "weft-painter", .threads = 2}};
};

}  // namespace weft::get_app::demo
