#include <weft/fs/remove_tree.hpp>

#include <weft/base/text.hpp>
#include <weft/core/logger.hpp>

#include <spdlog/logger.h>
#include <boost/system/error_code.hpp>

#include <cerrno>
#include <exception>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace weft::fs::detail {

namespace {

struct folder_closer {
  void operator()(DIR* open) const noexcept { ::closedir(open); }
};

bool is_itself_or_parent(std::string_view name) { return name == "." || name == ".."; }

/// Gives 0 or the errno value of the first thing that stays. As deep as the folders are: bounded by open descriptors.
int remove_tree(int parent, const char* name) noexcept {
  const int descriptor = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const std::unique_ptr<DIR, folder_closer> entries(::fdopendir(descriptor));
  if (!entries) {
    const int error = errno;
    ::close(descriptor);
    return error;
  }
  int failure = 0;
  while (const dirent* entry = ::readdir(entries.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of its own
    if (is_itself_or_parent(entry->d_name)) continue;
    if (::unlinkat(descriptor, entry->d_name, 0) == 0) continue;
    // EISDIR on Linux; POSIX has EPERM.
    const bool may_be_folder = errno == EISDIR || errno == EPERM;
    const int error = may_be_folder ? remove_tree(descriptor, entry->d_name) : errno;
    if (failure == 0) failure = error;
  }
  if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return 0;
  return failure != 0 ? failure : errno;
}

}  // namespace

void remove_tree_or_log(const directory& parent, const std::string& name) noexcept {
  const int error = remove_tree(parent.descriptor(), name.c_str());
  if (error == 0 || error == ENOENT) return;
  try {
    logger()->warn("cannot remove '{}': {}", escape((parent.path() / name).string()),
                   boost::system::error_code(error, boost::system::system_category()).message());
  } catch (const std::exception&) {
    return;  // there is no memory to say so
  }
}

}  // namespace weft::fs::detail
