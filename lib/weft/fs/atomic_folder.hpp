#pragma once

#include <weft/fs/directory.hpp>

#include <string>
#include <utility>

namespace weft::fs {

/// A folder that appears under its name only when it is complete; what is there under that name is kept.
///
/// Until commit() it is a temporary beside its place, .NAME.<random>.weft.part, which goes with all that is in it when
/// this is discarded or destroyed. A process that is killed by SIGKILL leaves it to
/// remove_abandoned_temporaries().
///
/// Ownership: owns the temporary and all that is in it. Threads: any, one at a time.
/// Blocking:  every function calls the file system; on a loop's thread, run them through files(). The destructor of one
///            that was neither committed nor discarded leaves the removal to files() where a loop runs.
/// Errors:    boost::system::system_error, naming the folder. What cannot be removed is logged.
class atomic_folder {
 public:
  /// Makes the temporary, with these permissions less the umask.
  atomic_folder(directory parent, std::string name, unsigned mode = 0777);
  atomic_folder(atomic_folder&& other) noexcept;
  atomic_folder& operator=(atomic_folder&&) = delete;
  ~atomic_folder();

  /// The folder itself, under whatever name, to be filled; not for use behind discard().
  [[nodiscard]] const directory& contents() const noexcept { return contents_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  enum class commit_result { done, name_taken };
  /// Gives the folder its name. A taken name leaves the temporary as it is: rename_to() and try again, or give up.
  [[nodiscard]] commit_result commit();
  /// Changes the name that commit() gives.
  void rename_to(std::string name) { name_ = std::move(name); }
  /// Removes the temporary with all that is in it. Idempotent, and does nothing behind a commit() that was done.
  void discard() noexcept;

 private:
  directory parent_;
  std::string name_;
  std::string temporary_;  // empty: there is none any more
  directory contents_;
};

}  // namespace weft::fs
