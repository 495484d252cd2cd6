#pragma once

#include <boost/system/system_error.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/net/address.hpp>
#include <weft/net/resolver.hpp>
#include <weft/net/tcp_socket.hpp>

namespace weft::net {

struct connect_options {
  resolve_options resolve;
  /// For all addresses together, without the lookup.
  std::optional<duration> timeout = std::chrono::seconds(10);
  /// How long an attempt runs alone before the next address is tried beside it (RFC 8305 section 5).
  duration attempt_delay = std::chrono::milliseconds(250);
};

/// No address could be connected to. code() is the first failure's, or boost::asio::error::timed_out.
class connect_error : public boost::system::system_error {
 public:
  struct attempt {
    tcp_endpoint endpoint;
    boost::system::error_code error;
  };

  connect_error(boost::system::error_code code, const std::string& target, std::vector<attempt> attempts);

  /// Every attempt that ended, in the order of their ends.
  [[nodiscard]] const std::vector<attempt>& attempts() const noexcept { return attempts_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::vector<attempt> attempts_;
  std::string message_;
};

/// Connects to a host by RFC 8305 (Happy Eyeballs): families interleaved, attempts staggered, the first success wins.
///
/// The socket has TCP_NODELAY set. On an error or cancellation nothing is left open.
/// Throws what resolve() throws, and connect_error.
task<tcp_socket> connect(std::string host, std::string service, connect_options options = {});
task<tcp_socket> connect(std::string host, std::uint16_t port, connect_options options = {});

/// The same for addresses that are known already, preferred ones first; a single one costs neither timer nor task when
/// there is no time limit.
task<tcp_socket> connect(std::vector<tcp_endpoint> endpoints, connect_options options = {});
task<tcp_socket> connect(tcp_endpoint endpoint, connect_options options = {});

/// The order of RFC 8305 section 4: families take turns, beginning with the first one's; the order within a family
/// stays.
[[nodiscard]] std::vector<tcp_endpoint> interleave_families(const std::vector<tcp_endpoint>& endpoints);

}  // namespace weft::net
