#include "copy/tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/fs/temporaries.hpp>

namespace weft::copy_app {
namespace {

using fs::directory;

void require(int result, const char* what) {
  if (result != 0) throw_errno(errno, what);
}

std::string destination_of(const directory& folder, const std::string& link, const struct stat& info) {
  std::string text(static_cast<std::size_t>(info.st_size > 0 ? info.st_size + 1 : 256), '\0');
  for (;;) {
    const ssize_t size = ::readlinkat(folder.descriptor(), link.c_str(), text.data(), text.size());
    if (size < 0) throw_errno(errno, "cannot read where it points to");
    if (static_cast<std::size_t>(size) < text.size()) {
      text.resize(static_cast<std::size_t>(size));
      return text;
    }
    text.resize(text.size() * 2);
  }
}

/// Has `make(name)` make something under a name of its own, which then takes the place of `name`.
template <class F>
void put_in_place(const directory& folder, const std::string& name, F make) {
  const auto there = folder.find(name);
  if (there == fs::entry_kind::folder) throw_errno(EISDIR, "there is a folder in its place");
  const std::string temporary = fs::detail::temporary_name(name);
  make(temporary);
  scope_exit remove([&] { ::unlinkat(folder.descriptor(), temporary.c_str(), 0); });
  require(::renameat(folder.descriptor(), temporary.c_str(), folder.descriptor(), name.c_str()),
          "cannot give it its name");
  remove.release();
}

/// What cannot be given is named in `lost`.
void give_owner_and_times(const directory& folder, const std::string& name, const struct stat& info, bool with_owner,
                          std::vector<std::string>& lost) {
  const auto keep = [&lost](int result, const char* attribute, const char* failure) {
    if (result == 0) return;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) throw_errno(errno, failure);
    lost.emplace_back(attribute);
  };
  if (with_owner)
    keep(::fchownat(folder.descriptor(), name.c_str(), info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW), "owner",
         "cannot give it its owner");
  const timespec times[2] = {info.st_atim, info.st_mtim};
  keep(::utimensat(folder.descriptor(), name.c_str(), times, AT_SYMLINK_NOFOLLOW), "times", "cannot give it its times");
}

bool is_same_entry(const directory& a, const std::string& name_a, const directory& b, const std::string& name_b) {
  struct stat first{};
  struct stat second{};
  return ::fstatat(a.descriptor(), name_a.c_str(), &first, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstatat(b.descriptor(), name_b.c_str(), &second, AT_SYMLINK_NOFOLLOW) == 0 &&
         identity_of(first) == identity_of(second);
}

}  // namespace

struct stat look_at(const directory& folder) {
  struct stat found{};
  if (::fstat(folder.descriptor(), &found) != 0)
    throw_errno(errno, "cannot look at folder '" + folder.path().string() + "'");
  return found;
}

bool copy_link(const directory& source, const directory& target, const std::string& name,
               const std::string& target_name, const struct stat& info, bool with_owner,
               std::vector<std::string>& lost) {
  const std::string destination = destination_of(source, name, info);
  struct stat there{};
  if (::fstatat(target.descriptor(), target_name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(there.st_mode) &&
      destination_of(target, target_name, there) == destination) {
    give_owner_and_times(target, target_name, info, with_owner, lost);
    return false;
  }
  put_in_place(target, target_name, [&](const std::string& temporary) {
    require(::symlinkat(destination.c_str(), target.descriptor(), temporary.c_str()), "cannot make the symbolic link");
    scope_exit remove([&] { ::unlinkat(target.descriptor(), temporary.c_str(), 0); });
    give_owner_and_times(target, temporary, info, with_owner, lost);
    remove.release();
  });
  return true;
}

void copy_special(const directory& target, const std::string& target_name, const struct stat& info, bool with_owner,
                  std::vector<std::string>& lost) {
  put_in_place(target, target_name, [&](const std::string& temporary) {
    require(::mknodat(target.descriptor(), temporary.c_str(), info.st_mode & (S_IFMT | 0600), info.st_rdev),
            "cannot make the special file");
    scope_exit remove([&] { ::unlinkat(target.descriptor(), temporary.c_str(), 0); });
    give_owner_and_times(target, temporary, info, with_owner, lost);
    // The name is ours alone, and no symbolic link.
    require(::fchmodat(target.descriptor(), temporary.c_str(), info.st_mode & 0777, 0),
            "cannot give it its permissions");
    remove.release();
  });
}

bool make_hard_link(const directory& first_folder, const std::string& first, const directory& folder,
                    const std::string& name) {
  const auto link_as = [&](const std::string& as) {
    return ::linkat(first_folder.descriptor(), first.c_str(), folder.descriptor(), as.c_str(), 0);
  };
  if (link_as(name) == 0) return true;
  if (errno != EEXIST) throw_errno(errno, "cannot make it a hard link");
  if (is_same_entry(first_folder, first, folder, name)) return false;
  put_in_place(folder, name,
               [&](const std::string& temporary) { require(link_as(temporary), "cannot make it a hard link"); });
  return true;
}

}  // namespace weft::copy_app
