#include <weft/fs/atomic_folder.hpp>

#include <weft/base/error.hpp>
#include <weft/fs/files.hpp>
#include <weft/fs/remove_tree.hpp>
#include <weft/fs/rename.hpp>
#include <weft/fs/temporaries.hpp>

#include <cassert>
#include <cerrno>
#include <exception>
#include <utility>

namespace weft::fs {

atomic_folder::atomic_folder(directory parent, std::string name, unsigned mode)
    : parent_(std::move(parent)), name_(std::move(name)), contents_(parent_) {
  assert(!name_.empty() && name_.find('/') == std::string::npos);
  constexpr int attempts = 16;
  for (int attempt = 1; temporary_.empty(); ++attempt) {
    auto candidate = detail::temporary_name(name_);
    if (parent_.make_folder(candidate, mode)) {
      temporary_ = std::move(candidate);
    } else if (attempt == attempts) {
      throw_errno(EEXIST, "cannot make folder '" + (parent_.path() / name_).string() + "'");
    }
  }
  try {
    contents_ = parent_.open_below(temporary_);
    detail::lock_temporary(contents_.descriptor());
  } catch (const std::exception&) {
    discard();
    throw;
  }
}

atomic_folder::atomic_folder(atomic_folder&& other) noexcept
    : parent_(std::move(other.parent_)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})),
      contents_(std::move(other.contents_)) {}

atomic_folder::~atomic_folder() {
  if (temporary_.empty()) return;
  try {
    files().post([parent = parent_, temporary = temporary_] { detail::remove_tree_or_log(parent, temporary); });
  } catch (const std::exception&) {
    // No memory or no thread for it: at a destructor's expense, but nothing stays behind.
    discard();
  }
}

atomic_folder::commit_result atomic_folder::commit() {
  assert(!temporary_.empty());
  const int error = detail::rename_folder_unless_taken(parent_, temporary_, name_);
  if (error == EEXIST) return commit_result::name_taken;
  if (error != 0) throw_errno(error, "cannot give '" + (parent_.path() / name_).string() + "' its name");
  temporary_.clear();
  return commit_result::done;
}

void atomic_folder::discard() noexcept {
  if (!temporary_.empty()) detail::remove_tree_or_log(parent_, std::exchange(temporary_, {}));
}

}  // namespace weft::fs
