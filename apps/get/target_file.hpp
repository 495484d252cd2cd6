#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include <weft/fs/atomic_file.hpp>

#include "get/name_plan.hpp"

namespace weft::get_app {

/// Where a download goes and what happens when something is there by then.
struct target {
  fs::directory folder;
  planned_name name;
  conflict_policy on_conflict = conflict_policy::rename;
};

/// The file of one download: fs::atomic_file with the rules of --on-conflict.
///
/// Threads: any, one at a time; every function blocks. Errors: boost::system::system_error with a one-line message.
class target_file {
 public:
  explicit target_file(target where);

  void write(std::span<const std::byte> bytes) { file_.write(bytes); }
  void write(byte_pipe& from) { file_.write(from); }
  /// Gives the file its name, and tells it: the planned one, unless that was taken meanwhile and the policy is to
  /// rename. Errors: boost::system::errc::file_exists when it was taken and is not to be touched.
  std::string commit();

 private:
  planned_name name_;
  conflict_policy on_conflict_;
  fs::atomic_file file_;
};

/// Writes a whole file at once, with the same rules.
std::string save_file(target where, std::span<const std::byte> bytes);

}  // namespace weft::get_app
