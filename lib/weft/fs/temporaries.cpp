#include <weft/fs/temporaries.hpp>

#include <weft/fs/remove_tree.hpp>

#include <algorithm>
#include <ctime>
#include <memory>
#include <random>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::fs {

namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t random_digits = 8;
constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view ending = ".weft.part";
/// A temporary is made and then locked: one that is young may be between the two.
constexpr std::time_t least_age = 60;

struct folder_closer {
  void operator()(DIR* open) const noexcept { ::closedir(open); }
};

bool is_temporary_name(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(ending)) return false;
  name.remove_prefix(1);
  name.remove_suffix(ending.size());
  if (name.size() < random_digits + 2 || name[name.size() - random_digits - 1] != '.') return false;
  const auto random = name.substr(name.size() - random_digits);
  return std::all_of(random.begin(), random.end(), [](char c) { return digits.find(c) != std::string_view::npos; });
}

/// By when it was last changed in any way: times of another kind may be those of what it is a copy of.
bool is_old_and_ours(const struct stat& found, std::time_t now) {
  return found.st_uid == ::geteuid() && found.st_ctime + least_age < now;
}

bool is_locked(int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB) != 0; }

bool remove_if_abandoned(const directory& folder, const char* name, std::time_t now) {
  struct stat found{};
  if (::fstatat(folder.descriptor(), name, &found, AT_SYMLINK_NOFOLLOW) != 0 || !is_old_and_ours(found, now))
    return false;
  const bool is_folder = S_ISDIR(found.st_mode);
  // Links and special files are made and renamed in one go: no one is still at an old one.
  if (!is_folder && !S_ISREG(found.st_mode)) return ::unlinkat(folder.descriptor(), name, 0) == 0;
  const int descriptor = ::openat(folder.descriptor(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  bool removed = ::fstat(descriptor, &found) == 0 && S_ISDIR(found.st_mode) == is_folder &&
                 is_old_and_ours(found, now) && !is_locked(descriptor);
  if (removed && is_folder) detail::remove_tree_or_log(folder, name);
  if (removed && !is_folder) removed = ::unlinkat(folder.descriptor(), name, 0) == 0;
  ::close(descriptor);
  return removed;
}

}  // namespace

std::size_t remove_abandoned_temporaries(const directory& folder) {
  return detail::remove_abandoned_temporaries(folder, std::time(nullptr));
}

std::size_t detail::remove_abandoned_temporaries(const directory& folder, std::time_t now) {
  // Opened anew, as reading moves the position that copies of a descriptor share.
  const int descriptor = ::openat(folder.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  const std::unique_ptr<DIR, folder_closer> entries(::fdopendir(descriptor));
  if (!entries) {
    ::close(descriptor);
    return 0;
  }
  std::size_t removed = 0;
  while (const dirent* entry = ::readdir(entries.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of its own
    if (is_temporary_name(entry->d_name) && remove_if_abandoned(folder, entry->d_name, now)) ++removed;
  }
  return removed;
}

std::string detail::temporary_name(const std::string& name) {
  static thread_local std::mt19937_64 random{std::random_device()()};
  std::uniform_int_distribution<std::size_t> any(0, digits.size() - 1);
  std::string suffix = ".";
  for (std::size_t i = 0; i < random_digits; ++i) suffix += digits[any(random)];
  suffix += ending;
  return "." + name.substr(0, longest_name - suffix.size() - 1) + suffix;
}

void detail::lock_temporary(int descriptor) noexcept { ::flock(descriptor, LOCK_EX | LOCK_NB); }

}  // namespace weft::fs
