#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/net/address.hpp>

namespace weft::net {

/// Why a name has no address.
enum class resolve_errc {
  host_not_found = 1,  ///< the name does not exist (NXDOMAIN)
  no_address,          ///< the name exists without an address of the family asked for
  temporary_failure,   ///< no name server answered; worth trying again
  failed,              ///< a name server refused, or the system failed
  bad_name,            ///< not a name that can be asked for
  unknown_service,     ///< the service has no port number
  bad_address          ///< a number, but not an IPv4 address of four decimal parts: 127.1, 0x7f000001
};

[[nodiscard]] const boost::system::error_category& resolve_category() noexcept;
[[nodiscard]] boost::system::error_code make_error_code(resolve_errc code) noexcept;

enum class address_family { any, ipv4, ipv6 };

struct resolve_options {
  address_family family = address_family::any;
  /// Then boost::asio::error::timed_out is thrown; the lookup itself is abandoned.
  std::optional<duration> timeout = std::chrono::seconds(10);
};

/// What a lookup found: addresses in the order to try them, or an error.
struct lookup_result {
  boost::system::error_code error;
  std::vector<ip_address> addresses;
};

struct resolver_options {
  std::size_t threads = 8;  ///< lookups in progress at once
  duration keep = std::chrono::seconds(60);
  duration keep_failure = std::chrono::seconds(5);
  std::size_t max_addresses = 16;  ///< of one name; the rest is dropped
  std::size_t max_entries = 1024;  ///< names remembered
  /// Called on a worker thread, by several at once, possibly outliving the resolver; none means getaddrinfo.
  std::function<lookup_result(const std::string& host, address_family family)> lookup;
};

/// Host names to addresses, remembered for a while, with one lookup at a time for each name and family.
///
/// IP literals and localhost (RFC 6761) are answered at once; everything else runs on the resolver's own threads.
///
/// Ownership:    owns its cache and threads; a lookup nobody waits for any more is abandoned and never delays the exit.
/// Threads:      confined to the loop it was made on.
/// Cancellation: ends the waiting at once; others who wait for the same name are not affected.
/// Errors:       boost::system::system_error "cannot resolve 'name'" with a resolve_errc, or
///               boost::asio::error::timed_out.
/// Cost:         a remembered name: one hash lookup and a copy of the addresses.
class resolver {
 public:
  explicit resolver(resolver_options options = {});
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;
  ~resolver();

  task<std::vector<ip_address>> addresses(std::string host, resolve_options options = {});

  /// From now on gives these addresses for a name, in any case, and looks it up no more; none: the name does not exist.
  /// Comes before localhost, not before IP literals. Throws std::invalid_argument for what cannot be a name.
  void override_name(std::string host, std::vector<ip_address> addresses);
  /// Looks the name up again. Does nothing where there is no override.
  void remove_override(std::string host);

  /// Drops what is remembered, but no override; lookups in progress go on.
  void forget() noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

/// The resolver that net::resolve and net::connect use on this loop.
[[nodiscard]] resolver& default_resolver();

/// The endpoints of a host, in the order to try them (RFC 6724), at most 16. `service` is a port number or a name such
/// as "http".
task<std::vector<tcp_endpoint>> resolve(std::string host, std::string service, resolve_options options = {});
task<std::vector<tcp_endpoint>> resolve(std::string host, std::uint16_t port, resolve_options options = {});

}  // namespace weft::net

template <>
struct boost::system::is_error_code_enum<weft::net::resolve_errc> : std::true_type {};
