#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weft::copy_app {

/// How files are copied.
struct copy_rules {
  bool update = false;  ///< leave a target alone that is not older
  bool verify = false;  ///< read both again and compare their SHA-256
  bool sync = false;    ///< fsync of each file
  bool owner = false;   ///< keep owner and group, and the set-user-id bit
};

/// A folder that was named on the command line, or holds a file that was; recognised when it is opened again.
struct root_folder {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};

/// A folder with files to copy: a path below both roots, "": the roots themselves.
struct folder_entry {
  std::string path;
  bool is_new = false;  ///< the target's was made in this run: nothing stands in the way there
};

/// A file to copy: from folders[folder] below the source's root to the same below the target's.
struct file_entry {
  std::uint32_t folder = 0;
  std::string name;
  std::string target_name;
  bool has_other_names = false;
};

/// Files that one worker copies, one after the other: enough of them that handing them over costs little beside copying them.
struct copy_job {
  root_folder source;
  root_folder target;
  std::vector<folder_entry> folders;
  std::vector<file_entry> files;
  copy_rules rules;
};

enum class copy_outcome : std::uint8_t { copied, up_to_date, vanished, failed };

struct file_result {
  copy_outcome outcome = copy_outcome::failed;
  std::uint64_t bytes = 0;
  std::uint64_t untold = 0;       ///< those of them that `copied` was not told of
  std::string error;              ///< what happened, in one phrase, without the file's name
  std::vector<std::string> lost;  ///< attributes that the target cannot hold
  std::string sha256;             ///< in hexadecimal digits, where it was verified
};

/// Copies the files of a job; gives a result for each, in order. A file that fails does not stop the others.
///
/// `copied(n)` is told now and then of n more bytes while a large file is copied; `stop()` is asked between files, and
/// in large ones: those that are left fail.
/// Threads: any; for a worker process as well. Blocking.
std::vector<file_result> copy_files(const copy_job& job, const std::function<void(std::uint64_t)>& copied,
                                    const std::function<bool()>& stop);

/// copy_files() for the worker of a process_pool, which reports and stops as its pool says.
std::vector<file_result> copy_in_worker(const copy_job& job);

}  // namespace weft::copy_app
