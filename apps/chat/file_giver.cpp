#include "chat/file_giver.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

#include <weft/base/error.hpp>
#include <weft/core/timeout.hpp>
#include <weft/fs/files.hpp>
#include <weft/net/serve.hpp>

#include "chat/file_limits.hpp"
#include "chat/folder_source.hpp"
#include "chat/visible_text.hpp"
#include "common/display_text.hpp"

namespace weft::chat_app {
namespace {

constexpr std::size_t longest_request = 1024;
constexpr std::size_t max_connections = 16;

/// An open file that closes itself.
class open_file {
 public:
  explicit open_file(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (fd_ < 0) throw_errno(errno, "cannot open " + in_quotes(path));
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() { ::close(fd_); }

  struct stat status() const {
    struct stat about{};
    if (::fstat(fd_, &about) != 0) throw_errno(errno, "cannot look at a file");
    return about;
  }
  std::string read(std::uint64_t offset, std::size_t most) const {
    std::string bytes(most, '\0');
    const auto size = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (size < 0) throw_errno(errno, "cannot read a file");
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }

 private:
  int fd_;
};

file_giver::goods first_look(const std::string& path) {
  const auto about = open_file(path).status();
  file_giver::goods out{.path = path, .file = {.name = name_of_path(path)}};
  out.file.is_folder = S_ISDIR(about.st_mode);
  if (!S_ISREG(about.st_mode) && !out.file.is_folder)
    throw_errno(EINVAL, in_quotes(path) + " is neither a regular file nor a folder");
  if (out.file.name.empty()) throw_errno(EINVAL, in_quotes(path) + " has no name");
  if (!out.file.is_folder) out.file.size = static_cast<std::uint64_t>(about.st_size);
  out.modified = static_cast<std::uint32_t>(about.st_mtime);
  return out;
}

task<> send_piece(net::tcp_socket& socket, const std::string& bytes) {
  auto sending = [&]() -> task<> { co_await socket.write_all(bytes); };
  co_await timeout(piece_limit, sending);
}

task<> send_file(net::tcp_socket& socket, std::string path, std::uint64_t offset, std::uint64_t size) {
  auto opening = [path] { return std::make_shared<open_file>(path); };
  const auto file = co_await fs::files().run(opening);
  // What the file has grown by since was not offered.
  while (offset < size) {
    const auto most = std::min<std::uint64_t>(piece_size, size - offset);
    auto next = [file, offset, most] { return file->read(offset, most); };
    const auto bytes = co_await fs::files().run(next);
    if (bytes.empty()) throw std::runtime_error("it has become shorter meanwhile");
    co_await send_piece(socket, bytes);
    offset += bytes.size();
  }
}

task<ipmsg::folder_totals> send_folder(net::tcp_socket& socket, std::string path) {
  auto opening = [path] { return std::make_shared<folder_source>(path); };
  const auto folder = co_await fs::files().run(opening);
  auto next = [folder] { return folder->next_piece(); };
  for (;;) {
    const auto bytes = co_await fs::files().run(next);
    if (bytes.empty()) break;
    co_await send_piece(socket, bytes);
  }
  co_return folder->totals();
}

task<std::optional<ipmsg::file_request>> read_request(net::tcp_socket& socket) {
  std::string asked;
  std::array<std::byte, longest_request> buffer{};
  std::optional<ipmsg::file_request> wanted;
  auto reading = [&]() -> task<> {
    while (!wanted && asked.size() < longest_request) {
      const auto size = co_await socket.read_some(std::span<std::byte>(buffer));
      if (size == 0) co_return;
      asked.append(reinterpret_cast<const char*>(buffer.data()), size);
      wanted = ipmsg::parse_request(asked);
    }
  };
  co_await move_on_after(request_limit, reading);
  co_return wanted;
}

}  // namespace

task<file_giver::goods> file_giver::look_at(std::string path) {
  auto looking = [path] { return first_look(path); };
  auto found = co_await fs::files().run(looking);
  if (!found.file.is_folder) co_return found;
  auto opening = [path] { return std::make_shared<folder_count>(path); };
  const auto count = co_await fs::files().run(opening);
  auto counting = [count] { return count->go_on(); };
  for (bool is_done = false; !is_done;) is_done = co_await fs::files().run(counting);
  found.file.size = count->totals().bytes;
  co_return found;
}

file_reference file_giver::share(const goods& what, const endpoint& peer) {
  auto file = what.file;
  file.file = ++last_share_;
  shares_[last_share_] = {what.path, peer.address(), file.size, file.is_folder};
  return file;
}

task<> file_giver::serve(net::listener source) {
  auto handler = [this](net::tcp_socket socket) { return answer(std::move(socket)); };
  net::serve_options options;
  options.max_connections = max_connections;
  co_await net::serve(std::move(source), handler, options);
}

const file_giver::shared* file_giver::find(const ipmsg::file_request& wanted, const net::ip_address& peer) const {
  const auto found = shares_.find(wanted.file);
  const bool is_it =
      found != shares_.end() && found->second.peer == peer && found->second.is_folder == wanted.is_folder;
  return is_it ? &found->second : nullptr;
}

/// Strangers do not get to hold the connections that there are.
bool file_giver::has_offers_for(const net::ip_address& peer) const {
  return std::ranges::any_of(shares_, [&](const auto& share) { return share.second.peer == peer; });
}

task<> file_giver::answer(net::tcp_socket socket) {
  net::ip_address peer;
  std::optional<ipmsg::file_request> wanted;
  try {
    peer = socket.remote_endpoint().address();
    if (!has_offers_for(peer)) co_return;
    wanted = co_await read_request(socket);
  } catch (const boost::system::system_error&) {
    wanted.reset();  // a stranger who hangs up before it asks is nobody's concern
  }
  const auto* found = wanted ? find(*wanted, peer) : nullptr;
  if (found == nullptr) co_return;
  const auto share = *found;
  std::string outcome = in_quotes(share.path) + " was taken by " + peer.to_string();
  try {
    if (share.is_folder) {
      const auto totals = co_await send_folder(socket, share.path);
      outcome += " (" + totals_text(totals) + ")";
    } else {
      co_await send_file(socket, share.path, wanted->offset, share.size);
    }
    socket.shutdown_write();
  } catch (const std::exception& error) {
    outcome = in_quotes(share.path) + " did not get to " + peer.to_string() + ": " + app::plain_message(error.what());
  }
  tell_(outcome);
}

}  // namespace weft::chat_app
