#include <weft/fs/rename.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/base/text.hpp>
#include <weft/core/logger.hpp>

#include <spdlog/logger.h>
#include <boost/system/error_code.hpp>

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::fs::detail {

namespace {

int error_of(int result) noexcept { return result == 0 ? 0 : errno; }

bool knows_no_flags(int error) noexcept { return error == EINVAL || error == ENOSYS; }
bool knows_no_links(int error) noexcept { return error == EPERM || error == ENOSYS || error == EOPNOTSUPP; }

/// Does `name` still stand for the open file, and not for one that took its place?
bool is_same_file(int folder, const std::string& name, int open_file) noexcept {
  struct stat ours = {};
  struct stat found = {};
  return ::fstat(open_file, &ours) == 0 && ::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
         ours.st_dev == found.st_dev && ours.st_ino == found.st_ino;
}

int reserve_and_rename(const directory& folder, const std::string& from, const std::string& to) {
  const int reservation =
      ::openat(folder.descriptor(), to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (reservation < 0) return errno;
  const scope_exit close_it([reservation] { ::close(reservation); });
  const int error = rename_over(folder, from, to);
  if (error != 0 && is_same_file(folder.descriptor(), to, reservation)) remove_or_log(folder, to);
  return error;
}

}  // namespace

int rename_over(const directory& folder, const std::string& from, const std::string& to) noexcept {
  return error_of(::renameat(folder.descriptor(), from.c_str(), folder.descriptor(), to.c_str()));
}

int rename_unless_taken(const directory& folder, const std::string& from, const std::string& to) {
  const int at = folder.descriptor();
  int error = error_of(::renameat2(at, from.c_str(), at, to.c_str(), RENAME_NOREPLACE));
  if (!knows_no_flags(error)) return error;
  error = error_of(::linkat(at, from.c_str(), at, to.c_str(), 0));
  if (error == 0) remove_or_log(folder, from);
  return knows_no_links(error) ? reserve_and_rename(folder, from, to) : error;
}

int rename_folder_unless_taken(const directory& folder, const std::string& from, const std::string& to) {
  const int at = folder.descriptor();
  const int error = error_of(::renameat2(at, from.c_str(), at, to.c_str(), RENAME_NOREPLACE));
  if (!knows_no_flags(error)) return error;
  if (::mkdirat(at, to.c_str(), 0700) != 0) return errno;
  const int failure = rename_over(folder, from, to);
  if (failure != 0) ::unlinkat(at, to.c_str(), AT_REMOVEDIR);
  return failure;
}

void remove_or_log(const directory& folder, const std::string& name) {
  const int error = error_of(::unlinkat(folder.descriptor(), name.c_str(), 0));
  if (error == 0 || error == ENOENT) return;
  logger()->warn("cannot remove '{}': {}", escape((folder.path() / name).string()),
                 boost::system::error_code(error, boost::system::system_category()).message());
}

}  // namespace weft::fs::detail
