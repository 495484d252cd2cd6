#include <weft/fs/directory.hpp>

#include <weft/base/error.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::fs {

directory::directory(const std::filesystem::path& path) : path_(path.empty() ? "." : path) {
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_errno(errno, "cannot open folder '" + path_.string() + "'");
  descriptor_ = std::shared_ptr<const int>(new int(descriptor), [](const int* open) {
    ::close(*open);
    delete open;
  });
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
