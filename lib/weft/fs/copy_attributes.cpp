#include <weft/fs/copy.hpp>

#include <weft/base/error.hpp>

#include <cerrno>
#include <iterator>
#include <string_view>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace weft::fs {

namespace {

constexpr mode_t permissions = 0777 | S_ISVTX;
constexpr mode_t all_bits = 07777;

/// What speaks of the owner's rights is the owner's to give.
bool needs_owner(std::string_view name) noexcept {
  return name.starts_with("security.") || name.starts_with("trusted.");
}

/// Whether it is the file system, or whose we are, that knows of no such thing: the rest of the file is none the worse.
bool cannot_be_held(int error) noexcept {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
}

bool copy_xattr(int from, int to, const char* name, std::string& value) {
  for (;;) {
    const ssize_t size = ::fgetxattr(from, name, value.data(), value.size());
    if (size >= 0) return ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(size), 0) == 0;
    if (errno != ERANGE) return errno == ENODATA;  // gone meanwhile
    const ssize_t needed = ::fgetxattr(from, name, nullptr, 0);
    if (needed < 0) return errno == ENODATA;
    value.resize(static_cast<std::size_t>(needed) + 64);
  }
}

std::vector<std::string> copy_xattrs(int from, int to, bool with_owner) {
  std::string names(256, '\0');
  ssize_t size = 0;
  while ((size = ::flistxattr(from, names.data(), names.size())) < 0) {
    if (errno != ERANGE) return {};  // there are none on this file system
    names.resize(names.size() * 4);
  }
  std::vector<std::string> lost;
  std::string value(256, '\0');
  for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
    const char* name = names.data() + at;
    at += std::string_view(name).size() + 1;
    if (!with_owner && needs_owner(name)) continue;
    if (!copy_xattr(from, to, name, value)) lost.emplace_back(name);
  }
  return lost;
}

}  // namespace

std::vector<std::string> copy_attributes(int from, int to, const struct stat& source, const kept_attributes& kept) {
  std::vector<std::string> lost;
  const auto was_kept = [&lost](int result, const char* attribute, const char* failure) {
    if (result == 0) return true;
    if (!cannot_be_held(errno)) throw_errno(errno, failure);
    lost.emplace_back(attribute);
    return false;
  };
  const bool has_owner =
      kept.owner && was_kept(::fchown(to, source.st_uid, source.st_gid), "owner", "cannot give it its owner");
  if (kept.xattrs) {
    auto missing = copy_xattrs(from, to, has_owner);
    lost.insert(lost.end(), std::make_move_iterator(missing.begin()), std::make_move_iterator(missing.end()));
  }
  // Behind the owner, who takes the set-user-id bit away, and the xattrs, which write permission is needed for.
  if (kept.mode)
    was_kept(::fchmod(to, source.st_mode & (has_owner ? all_bits : permissions)), "permissions",
             "cannot give it its permissions");
  const timespec times[2] = {source.st_atim, source.st_mtim};
  if (kept.times) was_kept(::futimens(to, times), "times", "cannot give it its times");
  return lost;
}

}  // namespace weft::fs
