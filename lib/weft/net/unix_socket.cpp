#include <weft/net/unix_socket.hpp>

#include <weft/base/error.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/this_task.hpp>
#include <weft/net/accept.hpp>
#include <weft/net/open_socket.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace weft::net {

namespace {

using error_code = boost::system::error_code;
using endpoint = boost::asio::local::stream_protocol::endpoint;

using detail::last_error;

/// Nothing tells when the queue of a server has room again.
constexpr duration first_connect_pause = std::chrono::milliseconds(1);
constexpr duration longest_connect_pause = std::chrono::milliseconds(100);

bool is_abstract(const std::string& path) { return path.starts_with('@'); }

endpoint endpoint_of(const std::string& path, const std::string& what) {
  // The system would take the name to end at a NUL.
  if (path.empty() || (!is_abstract(path) && path.find('\0') != std::string::npos)) throw_errno(EINVAL, what);
  if (path.size() >= sizeof(sockaddr_un::sun_path)) throw_errno(ENAMETOOLONG, what);
  return endpoint(is_abstract(path) ? std::string(1, '\0') + path.substr(1) : path);
}

/// Whether the file is a socket that nobody serves any more.
bool is_left_behind(const endpoint& at, const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const int result = ::connect(probe, at.data(), static_cast<socklen_t>(at.size()));
  const int error = errno;
  ::close(probe);
  return result != 0 && error == ECONNREFUSED;
}

error_code open_listening(unix_listener::asio_acceptor& acceptor, const endpoint& at, const std::string& path,
                          const unix_listen_options& options) {
  error_code error;
  detail::open_socket(acceptor, at.protocol(), error);
  if (error) return error;
  // The file gets the permissions of the socket: there is no moment in which it has others.
  if (options.mode && ::fchmod(acceptor.native_handle(), static_cast<mode_t>(*options.mode)) != 0) return last_error();
  acceptor.bind(at, error);
  if (error == boost::asio::error::address_in_use && !is_abstract(path) && is_left_behind(at, path)) {
    if (::unlink(path.c_str()) != 0) return last_error();
    acceptor.bind(at, error);
  }
  if (!error) acceptor.listen(options.backlog, error);
  return error;
}

}  // namespace

peer_credentials unix_socket::peer() const {
  ucred found{};
  socklen_t size = sizeof found;
  if (::getsockopt(native_handle(), SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
    throw_errno(errno, "cannot ask who is at the other end");
  }
  return {found.pid, found.uid, found.gid};
}

task<unix_socket> unix_connect(std::string path) {
  const std::string what = "cannot connect to '" + path + "'";
  const endpoint to = endpoint_of(path, what);
  unix_socket::asio_socket socket(this_loop().get_executor());
  error_code error;
  detail::open_socket(socket, to.protocol(), error);
  for (duration pause = first_connect_pause; !error; pause = std::min(2 * pause, longest_connect_pause)) {
    this_task::check();
    // Not by Asio, which takes the EAGAIN of a full queue for a connection that will be there when the socket is writable.
    if (::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0) {
      co_return unix_socket(std::move(socket));
    }
    if (errno != EAGAIN && errno != EINTR) error = last_error();
    if (!error) co_await sleep(pause);
  }
  throw_error(error, what);
}

std::pair<unix_socket, unix_socket> unix_pair() {
  unix_socket::asio_socket one(this_loop().get_executor());
  unix_socket::asio_socket two(this_loop().get_executor());
  constexpr const char* what = "cannot make a pair of sockets";
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both.data()) != 0) throw_errno(errno, what);
  error_code error;
  one.assign({}, both[0], error);
  if (error) ::close(both[0]);
  error_code error_too;
  two.assign({}, both[1], error_too);
  if (error_too) ::close(both[1]);
  if (error || error_too) throw_error(error ? error : error_too, what);
  return {unix_socket(std::move(one)), unix_socket(std::move(two))};
}

unix_listener& unix_listener::operator=(unix_listener&& other) noexcept {
  if (this == &other) return *this;
  close();
  acceptor_ = std::move(other.acceptor_);
  path_ = std::move(other.path_);
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

task<unix_socket> unix_listener::accept() {
  endpoint peer;
  co_return co_await detail::accept_next<unix_socket>(acceptor_, peer);
}

void unix_listener::close() noexcept {
  if (!acceptor_.is_open()) return;
  error_code closed_anyway;
  acceptor_.close(closed_anyway);
  struct stat found{};
  if (inode_ == 0 || ::lstat(path_.c_str(), &found) != 0) return;
  if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

unix_listener unix_listen(std::string path, unix_listen_options options) {
  const std::string what = "cannot listen on '" + path + "'";
  const endpoint at = endpoint_of(path, what);
  unix_listener::asio_acceptor acceptor(this_loop().get_executor());
  if (const auto error = open_listening(acceptor, at, path, options)) throw_error(error, what);
  struct stat made{};
  if (is_abstract(path) || ::lstat(path.c_str(), &made) != 0) made = {};
  return {std::move(acceptor), std::move(path), made.st_dev, made.st_ino};
}

}  // namespace weft::net
