#include "chat/file_exchange.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/core/timeout.hpp>
#include <weft/fs/atomic_file.hpp>
#include <weft/fs/files.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/serve.hpp>

#include "chat/ipmsg/file_offer.hpp"
#include "chat/visible_text.hpp"
#include "common/display_text.hpp"
#include "common/units.hpp"

namespace weft::chat_app {
namespace {

constexpr duration request_limit = std::chrono::seconds(10);
constexpr duration piece_limit = std::chrono::seconds(30);
constexpr std::size_t longest_request = 1024;
constexpr std::size_t piece = 64 * 1024;
constexpr std::size_t max_offers = 1000;
constexpr std::size_t max_connections = 16;

std::string in_quotes(const std::string& name) { return "'" + visible_word(name, 200) + "'"; }

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

/// "a.txt", then "a.1.txt".
std::string numbered(const std::string& name, int number) {
  if (number == 0) return name;
  const auto dot = name.rfind('.');
  const auto place = dot == std::string::npos || dot == 0 ? name.size() : dot;
  return name.substr(0, place) + "." + std::to_string(number) + name.substr(place);
}

/// Gives the name it has in the end.
std::string commit_under_free_name(fs::atomic_file& file, const std::string& name) {
  for (int number = 0;; ++number) {
    const auto wanted = numbered(name, number);
    if (number > 0) file.rename_to(wanted);
    if (file.commit() == fs::atomic_file::commit_result::done) return wanted;
  }
}

}  // namespace

file_exchange::share file_exchange::add_share(const std::string& path, const endpoint& peer) {
  const auto about = open_file(path).status();
  if (!S_ISREG(about.st_mode)) throw_errno(EINVAL, in_quotes(path) + " is no regular file");
  share out;
  out.file.name = std::filesystem::path(path).filename().native();
  out.file.size = static_cast<std::uint64_t>(about.st_size);
  out.file.file = ++last_share_;
  out.modified = static_cast<std::uint32_t>(about.st_mtime);
  shares_[last_share_] = {path, peer.address(), out.file.size};
  return out;
}

task<> file_exchange::serve(net::listener source) {
  auto handler = [this](net::tcp_socket socket) { return give(std::move(socket)); };
  net::serve_options options;
  options.max_connections = max_connections;
  co_await net::serve(std::move(source), handler, options);
}

task<> file_exchange::give(net::tcp_socket socket) {
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
  const auto found = wanted ? shares_.find(wanted->file) : shares_.end();
  auto peer = socket.remote_endpoint().address();
  if (found == shares_.end() || found->second.peer != peer) co_return;
  const auto path = found->second.path;
  const auto size = found->second.size;
  auto opening = [path] { return std::make_shared<open_file>(path); };
  const auto file = co_await fs::files().run(opening);
  // What the file has grown by since was not offered.
  for (auto offset = wanted->offset; offset < size;) {
    const auto most = std::min<std::uint64_t>(piece, size - offset);
    auto next = [file, offset, most] { return file->read(offset, most); };
    const auto bytes = co_await fs::files().run(next);
    if (bytes.empty()) break;
    auto sending = [&]() -> task<> { co_await socket.write_all(bytes); };
    co_await timeout(piece_limit, sending);
    offset += bytes.size();
  }
  socket.shutdown_write();
  tell_(in_quotes(path) + " was taken by " + peer.to_string());
}

std::size_t file_exchange::add_offer(const endpoint& peer, const file_reference& file) {
  offers_.push_back({peer, file});
  if (offers_.size() > max_offers) {
    offers_.pop_front();
    ++forgotten_;
  }
  return forgotten_ + offers_.size();
}

task<> file_exchange::take(std::size_t number, std::function<std::string(const file_reference&)> request) {
  if (number <= forgotten_ || number > forgotten_ + offers_.size()) {
    tell_("no file has this number");
    co_return;
  }
  const auto wanted = offers_[number - 1 - forgotten_];
  if (wanted.file.is_folder) {
    tell_("folders cannot be taken");
    co_return;
  }
  std::string outcome;
  try {
    const auto name = co_await receive(wanted, request(wanted.file));
    outcome = "file " + std::to_string(number) + " is saved as " + in_quotes(name);
  } catch (const std::exception& error) {
    outcome = "file " + std::to_string(number) + " failed: " + app::plain_message(error.what());
  }
  tell_(outcome);
}

task<std::string> file_exchange::receive(const offered& wanted, std::string request) {
  net::tcp_endpoint where(wanted.peer.address(), wanted.peer.port());
  auto connecting = [where]() -> task<net::tcp_socket> { co_return co_await net::connect(where); };
  auto socket = co_await timeout(request_limit, connecting);
  co_await socket.write_all(request);
  const auto name = ipmsg::local_name(wanted.file.name);
  fs::atomic_file_options options;
  options.on_existing = fs::on_existing::keep;
  auto opening = [&] { return fs::atomic_file(fs::directory("."), name, options); };
  auto file = co_await fs::files().run(opening);
  std::vector<std::byte> buffer(piece);
  for (auto missing = wanted.file.size; missing > 0;) {
    const auto room = std::span<std::byte>(buffer).first(std::min<std::uint64_t>(missing, buffer.size()));
    auto reading = [&]() -> task<std::size_t> { co_return co_await socket.read_some(room); };
    const auto size = co_await timeout(piece_limit, reading);
    if (size == 0) throw std::runtime_error("the peer ended it before its end");
    auto writing = [&] { file.write(room.first(size)); };
    co_await fs::files().run(writing);
    missing -= size;
  }
  auto committing = [&] { return commit_under_free_name(file, name); };
  co_return co_await fs::files().run(committing);
}

}  // namespace weft::chat_app
