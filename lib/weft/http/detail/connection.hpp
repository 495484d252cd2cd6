#pragma once

#include <weft/core/time.hpp>
#include <weft/net/address.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/tls/stream.hpp>

#include <boost/intrusive/list_hook.hpp>

#include <cstddef>
#include <string_view>
#include <variant>

namespace weft::http::detail {

struct origin_entry;

struct of_origin;
struct of_all;
template <class Tag>
using idle_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                                   boost::intrusive::link_mode<boost::intrusive::safe_link>>;

/// A connected stream, plain or TLS, with what the pool knows about it.
class connection : public idle_hook<of_origin>, public idle_hook<of_all> {
 public:
  connection(net::tcp_socket socket, net::tcp_endpoint remote)
      : stream_(std::move(socket)), remote_(std::move(remote)) {}
  connection(tls::stream stream, net::tcp_endpoint remote) : stream_(std::move(stream)), remote_(std::move(remote)) {}

  /// Null when this one is TLS.
  [[nodiscard]] net::tcp_socket* plain() noexcept { return std::get_if<net::tcp_socket>(&stream_); }
  /// Null when this one is plain.
  [[nodiscard]] tls::stream* secure() noexcept { return std::get_if<tls::stream>(&stream_); }
  [[nodiscard]] const net::tcp_endpoint& remote() const noexcept { return remote_; }

  /// Sends what the system takes without waiting; gives how much that was. 0 also for TLS and on an error, which the
  /// next operation reports.
  [[nodiscard]] std::size_t try_send(std::string_view bytes) noexcept;
  /// On an idle connection: bytes, the end or an error are there, so that it cannot be used.
  [[nodiscard]] bool has_input() noexcept;

  origin_entry* origin = nullptr;
  time_point idle_since{};
  time_point usable_until = time_point::max();  ///< by the server's Keep-Alive hint
  std::size_t requests = 0;

 private:
  std::variant<net::tcp_socket, tls::stream> stream_;
  net::tcp_endpoint remote_;
};

}  // namespace weft::http::detail
