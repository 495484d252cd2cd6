#include "chat/folder_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <weft/base/error.hpp>

#include "chat/file_limits.hpp"
#include "chat/visible_text.hpp"

namespace weft::chat_app {
namespace {

using kind = ipmsg::folder_entry::kind;

constexpr int entries_at_a_time = 500;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr int file_flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

std::uint32_t modified_of(const struct stat& about) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(about.st_mtime, 0, UINT32_MAX));
}

}  // namespace

folder_walk::folder_walk(const std::string& path) : name_(name_of_path(path)) {
  enter(::open(path.c_str(), folder_flags), path);
}

folder_walk::~folder_walk() { close_file(); }

void folder_walk::close_file() {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
}

/// With the folders that lead to it, for a message.
std::string folder_walk::place_of(const std::string& name) const {
  std::string place;
  for (const auto& folder : folders_) place += folder.name + "/";
  return in_quotes(place + name);
}

void folder_walk::enter(int descriptor, const std::string& name) {
  if (descriptor < 0) throw_errno(errno, "cannot open folder " + place_of(name));
  std::unique_ptr<DIR, folder_closer> opened(::fdopendir(descriptor));
  if (!opened) {
    const int error = errno;
    ::close(descriptor);
    throw_errno(error, "cannot read folder " + place_of(name));
  }
  if (folders_.size() == limits_.depth)
    throw std::runtime_error(in_quotes(name_) + " has more than " + std::to_string(limits_.depth) +
                             " folders in each other");
  folders_.push_back({descriptor, std::move(opened), folders_.empty() ? name_ : name});
}

/// False for what is left out, and for what has gone meanwhile.
bool folder_walk::open_entry(const char* name, entry& found) {
  struct stat about{};
  // Looked at first: to open a device or a FIFO can do something.
  if (::fstatat(top(), name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    throw_errno(errno, "cannot look at " + place_of(name));
  }
  found = {.name = name, .modified = modified_of(about)};
  if (S_ISDIR(about.st_mode)) {
    found.what = kind::folder;
    const int below = ::openat(top(), name, folder_flags | O_NOFOLLOW);
    if (below < 0 && errno == ENOENT) return false;
    enter(below, name);
    return true;
  }
  if (!S_ISREG(about.st_mode)) return false;
  file_ = ::openat(top(), name, file_flags);
  if (file_ < 0 && errno == ENOENT) return false;
  if (file_ < 0 || ::fstat(file_, &about) != 0) throw_errno(errno, "cannot open " + place_of(name));
  found.size = static_cast<std::uint64_t>(about.st_size);
  return S_ISREG(about.st_mode);
}

folder_walk::entry folder_walk::next() {
  close_file();
  struct stat about{};
  if (!std::exchange(has_begun_, true)) {
    if (::fstat(top(), &about) != 0) throw_errno(errno, "cannot look at a folder");
    ++entries_;
    return {kind::folder, name_, 0, modified_of(about)};
  }
  for (;;) {
    errno = 0;
    const dirent* one = ::readdir(folders_.back().entries.get());  // NOLINT(concurrency-mt-unsafe): a stream of its own
    if (one == nullptr) {
      if (errno != 0) throw_errno(errno, "cannot read a folder");
      if (::fstat(top(), &about) != 0) throw_errno(errno, "cannot look at a folder");
      folders_.pop_back();
      return {kind::leave, {}, 0, modified_of(about)};
    }
    const std::string_view name = one->d_name;
    entry found;
    if (name == "." || name == ".." || !open_entry(one->d_name, found)) {
      close_file();
      continue;
    }
    if (++entries_ > limits_.entries)
      throw std::runtime_error(in_quotes(name_) + " has more than " + std::to_string(limits_.entries) + " entries");
    return found;
  }
}

std::string folder_walk::read(std::size_t most) const {
  std::string bytes(most, '\0');
  const auto size = ::read(file_, bytes.data(), bytes.size());
  if (size < 0) throw_errno(errno, "cannot read a file");
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

bool folder_count::go_on() {
  for (int i = 0; i < entries_at_a_time && !walk_.is_done(); ++i) {
    const auto found = walk_.next();
    if (found.what != kind::file) continue;
    ++totals_.files;
    totals_.bytes += found.size;
  }
  return walk_.is_done();
}

std::string folder_source::next_piece() {
  std::string out;
  while (out.size() < piece_size && (missing_ > 0 || !walk_.is_done())) {
    if (missing_ > 0) {
      // What the file has grown by since was not announced.
      const auto bytes = walk_.read(static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, missing_)));
      if (bytes.empty()) throw std::runtime_error(in_quotes(name_) + " has become shorter meanwhile");
      missing_ -= bytes.size();
      out += bytes;
      continue;
    }
    const auto found = walk_.next();
    out += ipmsg::entry_bytes(found);
    if (found.what != kind::file) continue;
    name_ = found.name;
    missing_ = found.size;
    ++totals_.files;
    totals_.bytes += found.size;
  }
  return out;
}

std::string name_of_path(const std::string& path) {
  const auto name = std::filesystem::path(path).filename();
  if (!name.empty() && name != "." && name != "..") return name.native();
  std::error_code ignored;
  return std::filesystem::weakly_canonical(path, ignored).filename().native();
}

}  // namespace weft::chat_app
