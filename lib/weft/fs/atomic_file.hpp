#pragma once

#include <weft/base/byte_pipe.hpp>
#include <weft/fs/directory.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace weft::fs {

/// What commit() does when the name is taken.
enum class on_existing {
  replace,  ///< takes its place; a folder, FIFO, socket or device is never replaced
  keep      ///< leaves it, and says so
};

/// What has reached the disk when commit() returns.
enum class durability {
  none,             ///< the kernel writes in its own time
  file,             ///< the bytes: fsync of the file
  file_and_folder,  ///< the bytes and the name: fsync of both
};

struct atomic_file_options {
  fs::on_existing on_existing = fs::on_existing::replace;
  fs::durability durability = fs::durability::none;
  /// Permissions of the file, less the umask.
  unsigned mode = 0666;
};

/// A file that appears under its name only when it is complete.
///
/// Until commit() the bytes are in a temporary beside it (made with O_EXCL and O_NOFOLLOW, .NAME.<random>.weft.part), which
/// goes when this is discarded or destroyed. A process that is killed leaves at most that temporary; on a file system
/// with neither renameat2(RENAME_NOREPLACE) nor hard links (vfat, some in user space) on_existing::keep has to reserve
/// the name first, and a process killed just then leaves it as an empty file.
///
/// Ownership:  owns the temporary; deletes no other file.
/// Threads:    any, one at a time.
/// Blocking:   every function calls the file system; on a loop's thread, run them through files(), or use write_file()
///             and discard(). The destructor of one that was neither committed nor discarded leaves the removal to
///             files() where a loop runs; it has happened when run() returns.
/// Errors:     boost::system::system_error, "cannot write 'folder/name': no space left on device". After a failed write
///             or sync the file cannot be committed any more: a later fsync would report success for bytes that are
///             lost. A temporary that cannot be removed is logged.
class atomic_file {
 public:
  atomic_file(directory folder, std::string name, atomic_file_options options = {});
  atomic_file(atomic_file&& other) noexcept;
  atomic_file& operator=(atomic_file&&) = delete;
  ~atomic_file();

  /// Appends all of `bytes`.
  void write(std::span<const std::byte> bytes);
  /// Appends all that `from` holds.
  void write(byte_pipe& from);

  enum class commit_result { done, name_taken };
  /// Gives the file its name. Under on_existing::keep, a taken name leaves the temporary as it is: rename_to() and try
  /// again, or give up.
  [[nodiscard]] commit_result commit();
  /// Removes the temporary: the file is given up, and only destruction makes sense. Idempotent, and nothing is left to
  /// be discarded behind a commit() that was done.
  void discard() noexcept;
  /// Changes the name that commit() gives.
  void rename_to(std::string name) { name_ = std::move(name); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const directory& folder() const noexcept { return folder_; }
  /// The temporary, open for writing, for what is done to an open file; -1 once commit() has begun.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// The name of the temporary; empty once the file has its name.
  [[nodiscard]] const std::string& temporary() const noexcept { return temporary_; }

 private:
  void open_temporary();
  void close();
  void refuse_special() const;
  [[noreturn]] void fail(int error_number);

  directory folder_;
  std::string name_;
  atomic_file_options options_;
  std::string temporary_;
  int descriptor_ = -1;
  bool failed_ = false;
};

}  // namespace weft::fs
