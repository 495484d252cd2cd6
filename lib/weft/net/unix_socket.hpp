#pragma once

#include <weft/core/task.hpp>
#include <weft/net/stream_socket.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <optional>
#include <string>
#include <utility>

namespace weft::net {

/// Who is at the other end of a Unix socket: the process that connected, or listened, and whom it was running as then.
struct peer_credentials {
  int process = 0;
  unsigned user = 0;
  unsigned group = 0;
};

/// A connected Unix stream. What it does, and what that costs, is told at stream_socket.
class unix_socket : public stream_socket<boost::asio::local::stream_protocol> {
 public:
  using stream_socket::stream_socket;

  /// Throws system_error.
  [[nodiscard]] peer_credentials peer() const;
};

/// Connects to the Unix socket at a path; "@name" is in Linux's abstract namespace, which has no file. While the server has
/// as many connections to accept as it has room for, it waits and tries again.
/// Errors: system_error "cannot connect to 'path'".
task<unix_socket> unix_connect(std::string path);

/// Two connected sockets, without a name.
[[nodiscard]] std::pair<unix_socket, unix_socket> unix_pair();

struct unix_listen_options {
  int backlog = 4096;
  /// Permissions of the file, less the process's umask; none: 0777 less that. Whoever may write may connect.
  std::optional<unsigned> mode = {};
};

/// A Unix socket that takes connections.
///
/// Ownership:    owns the descriptor, and the file: close() and the destructor remove it where it is still this socket's.
/// Lifetime:     must not be moved or destroyed while accept() is awaited.
/// Threads:      confined to its loop.
/// Cancellation: of accept() takes no connection.
class unix_listener {
 public:
  using asio_acceptor =
      boost::asio::basic_socket_acceptor<boost::asio::local::stream_protocol, boost::asio::io_context::executor_type>;

  unix_listener(unix_listener&&) noexcept = default;
  unix_listener& operator=(unix_listener&& other) noexcept;
  unix_listener(const unix_listener&) = delete;
  unix_listener& operator=(const unix_listener&) = delete;
  ~unix_listener() { close(); }

  /// Waits for a connection; goes on as listener::accept() does where descriptors or memory are used up.
  task<unix_socket> accept();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool is_open() const noexcept { return acceptor_.is_open(); }

  /// No more connections; an accept() still awaited ends with boost::asio::error::operation_aborted. Idempotent.
  void close() noexcept;

 private:
  friend unix_listener unix_listen(std::string path, unix_listen_options options);
  unix_listener(asio_acceptor acceptor, std::string path, unsigned long long device, unsigned long long inode) noexcept
      : acceptor_(std::move(acceptor)), path_(std::move(path)), device_(device), inode_(inode) {}

  asio_acceptor acceptor_;
  std::string path_;
  unsigned long long device_;  // of the file, with the inode; 0: there is none
  unsigned long long inode_;
};

/// Listens at a path, or at "@name" in the abstract namespace, which anyone on this host may connect to. A file that a
/// server that has ended left behind is replaced; one that is served is an error. Never suspends.
/// Errors: system_error "cannot listen on 'path'".
[[nodiscard]] unix_listener unix_listen(std::string path, unix_listen_options options = {});

}  // namespace weft::net
