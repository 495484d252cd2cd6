#include <weft/core/debug_server.hpp>

#include <weft/base/error.hpp>
#include <weft/base/parse.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/quiet_thread.hpp>
#include <weft/core/watchdog.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <poll.h>
#include <pthread.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/// Whether nothing listens there.
bool is_abandoned(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return false;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const sockaddr_un address = address_of(path);
  const bool refused =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

/// Removes the sockets of processes that were killed. In a folder that several process namespaces share a number may
/// seem to be nobody's: such a socket has someone who listens.
void remove_abandoned(const std::string& folder) {
  constexpr std::string_view ending = ".sock";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(ending)) continue;
    const auto process = parse_integer<pid_t>(std::string_view(name).substr(0, name.size() - ending.size()));
    if (!process || *process <= 0 || ::kill(*process, 0) == 0 || errno != ESRCH) continue;
    if (is_abandoned(entry.path().string())) ::unlink(entry.path().c_str());
  }
}

}  // namespace

std::string debugger_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') return std::string(runtime) + "/weft";
  return "/tmp/weft-" + std::to_string(::geteuid());
}

debug_server::debug_server(watched_loops& loops) : loops_(loops) {
  listen();
  scope_exit leave([this] {
    ::unlink(path_.c_str());
    ::close(listener_);
  });
  thread_ = start_quiet_thread([](void* self) { static_cast<debug_server*>(self)->work(); }, this);
  leave.release();
}

debug_server::~debug_server() {
  stopping_.raise();
  thread_.join();
  ::unlink(path_.c_str());
  ::close(listener_);
}

void debug_server::listen() {
  const std::string folder = debugger_folder();
  check_folder(folder);
  remove_abandoned(folder);
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

void debug_server::work() noexcept {
  pthread_setname_np(pthread_self(), "weft-debug");
  try {
    while (wait(listener_, POLLIN, time_point::max())) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (client < 0) continue;
      const scope_exit close([client] { ::close(client); });
      if (is_allowed(client)) answer(client);
    }
  } catch (...) {
    logger()->error("weft-top cannot look into this process any more: {}", describe(std::current_exception()));
  }
}

/// Gives false when the deadline has passed, or the server ends.
bool debug_server::wait(int descriptor, short events, time_point deadline) const {
  for (;;) {
    int limit = -1;
    if (deadline != time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      limit = static_cast<int>(left.count());
    }
    pollfd watched[2] = {{descriptor, events, 0}, {stopping_.get(), POLLIN, 0}};
    const int ready = ::poll(watched, 2, limit);
    if (watched[1].revents != 0 || (ready < 0 && errno != EINTR)) return false;
    if (ready > 0) return true;
  }
}

void debug_server::answer(int client) {
  const time_point deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  const std::string request = read_line(client, deadline);
  if (request.empty()) return;
  const std::string answer = answer_request(request, loops_) + "\n";
  // A loop that does not answer at once is waited for; that is not the client's time.
  send_all(client, answer, std::max(deadline, std::chrono::steady_clock::now() + std::chrono::seconds(1)));
}

/// What comes up to the end of the line; empty: it takes too long.
std::string debug_server::read_line(int client, time_point deadline) const {
  constexpr std::size_t longest = 4096;
  std::string line;
  char piece[512];
  while (line.size() < longest && line.find('\n') == std::string::npos) {
    if (!wait(client, POLLIN, deadline)) return {};
    const auto got = ::recv(client, piece, sizeof(piece), 0);
    if (got <= 0) break;
    line.append(piece, static_cast<std::size_t>(got));
  }
  return line.substr(0, line.find('\n'));
}

// What the socket takes at once is sent even when the server ends: a kill may end the program.
void debug_server::send_all(int client, std::string_view text, time_point deadline) const {
  while (!text.empty()) {
    const auto sent = ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent == 0 || errno != EAGAIN || !wait(client, POLLOUT, deadline)) {
      return;
    }
  }
}

}  // namespace weft::detail
