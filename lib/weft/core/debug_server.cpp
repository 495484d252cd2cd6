#include <weft/core/debug_server.hpp>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/core/watchdog.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace weft::detail {

namespace {

/// Makes the folder where it is missing; refuses one that others can change.
void check_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) throw_errno(errno, "cannot make " + folder);
  struct stat status{};
  if (::lstat(folder.c_str(), &status) != 0) throw_errno(errno, folder);
  if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    throw_errno(EPERM, folder + " is not a folder of this user alone");
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw_errno(ENAMETOOLONG, path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

bool is_allowed(int client) noexcept {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

/// The line that a client sends; what has come when it ends or takes too long.
std::string read_line(int client) {
  constexpr std::size_t longest = 4096;
  std::string line;
  char piece[512];
  while (line.size() < longest && line.find('\n') == std::string::npos) {
    const auto got = ::recv(client, piece, sizeof(piece), 0);
    if (got <= 0) break;
    line.append(piece, static_cast<std::size_t>(got));
  }
  return line.substr(0, line.find('\n'));
}

void send_all(int client, std::string_view text) noexcept {
  while (!text.empty()) {
    const auto sent = ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

std::string debugger_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') return std::string(runtime) + "/weft";
  return "/tmp/weft-" + std::to_string(::geteuid());
}

debug_server::debug_server() {
  const std::string folder = debugger_folder();
  check_folder(folder);
  path_ = folder + "/" + std::to_string(::getpid()) + ".sock";
  const sockaddr_un address = address_of(path_);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener_ < 0) throw_errno(errno, "cannot make a local socket");
  ::unlink(path_.c_str());  // of a process with the same number that was killed
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(path_.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(listener_, 4) != 0) {
    const int error = errno;
    ::close(listener_);
    throw_errno(error, "cannot listen on " + path_);
  }
}

debug_server::~debug_server() {
  ::unlink(path_.c_str());
  ::close(listener_);
}

void debug_server::answer(const std::deque<loop_watch>& loops) {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const scope_exit close([&] { ::close(client); });
  if (!is_allowed(client)) return;
  const timeval limit{1, 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  send_all(client, answer_request(read_line(client), loops) + "\n");
}

}  // namespace weft::detail
