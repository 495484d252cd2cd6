#include <weft/fs/directory.hpp>

#include <weft/base/error.hpp>

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::fs {

namespace {

/// The kernel takes no longer ones at a time (PATH_MAX, less the zero).
constexpr std::size_t longest_path = 4095;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/// What openat2() does, for kernels without it: one name after the other.
int open_step_by_step(int folder, const std::filesystem::path& path) {
  int at = ::openat(folder, ".", folder_flags);
  for (const auto& name : path) {
    if (at < 0) return at;
    if (name == "." || name.empty()) continue;
    const int next = name == ".." ? -1 : ::openat(at, name.c_str(), folder_flags | O_NOFOLLOW);
    const int error = name == ".." ? EXDEV : errno;
    ::close(at);
    at = next;
    if (at < 0) errno = error;
  }
  return at;
}

int open_below_at(int folder, const std::filesystem::path& path) {
  open_how how{};
  how.flags = folder_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    const auto opened = static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof(how)));
    if (opened >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOSYS && errno != EPERM)) return opened;
    if (errno == ENOSYS || errno == EPERM) return open_step_by_step(folder, path);
  }
}

}  // namespace

directory::directory(std::filesystem::path path, int descriptor) : path_(std::move(path)) {
  if (descriptor < 0) throw_errno(errno, "cannot open folder '" + path_.string() + "'");
  descriptor_ = std::shared_ptr<const int>(new int(descriptor), [](const int* open) {
    ::close(*open);
    delete open;
  });
}

directory::directory(const std::filesystem::path& path)
    : directory(path.empty() ? "." : path, ::open(path.empty() ? "." : path.c_str(), folder_flags)) {}

directory directory::open_below(const std::filesystem::path& path) const {
  if (path.empty() || path == ".") return *this;
  if (const std::string& names = path.native(); names.size() > longest_path) {
    const auto cut = names.rfind('/', longest_path);
    if (cut != std::string::npos && cut != 0) return open_below(names.substr(0, cut)).open_below(names.substr(cut + 1));
  }
  return directory(path_ / path, open_below_at(descriptor(), path));
}

bool directory::make_folder(const std::string& name, unsigned mode) const {
  if (::mkdirat(descriptor(), name.c_str(), mode) == 0) return true;
  if (errno == EEXIST) return false;
  throw_errno(errno, "cannot make folder '" + (path_ / name).string() + "'");
}

std::optional<entry_kind> directory::find(const std::string& name) const {
  struct stat found = {};
  if (::fstatat(descriptor(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_errno(errno, "cannot look at '" + (path_ / name).string() + "'");
  }
  if (S_ISREG(found.st_mode)) return entry_kind::file;
  if (S_ISDIR(found.st_mode)) return entry_kind::folder;
  if (S_ISLNK(found.st_mode)) return entry_kind::symbolic_link;
  return entry_kind::special;
}

void directory::sync() const {
  if (::fsync(descriptor()) != 0) throw_errno(errno, "cannot sync folder '" + path_.string() + "'");
}

}  // namespace weft::fs
