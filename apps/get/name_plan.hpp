#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "get/fingerprint_table.hpp"

namespace weft::get_app {

/// What to do when a file of the wanted name is there already.
enum class conflict_policy { rename, skip, overwrite, fail };

/// What stands under a name in the target folder.
enum class occupant { nothing, file, other };

/// The name a download gets, or why it gets none.
struct planned_name {
  enum class verdict {
    write,      ///< to a name that is free
    replace,    ///< over the file that is there
    skip,       ///< it is there and stays
    exists,     ///< it is there, or an earlier line has the name, and the policy is to fail
    not_a_file  ///< a folder, device or FIFO has the name: never opened or replaced
  };
  verdict decision = verdict::write;
  std::string name;
};

/// Gives each download of a run its file name, in list order, so that names do not depend on which finishes first.
///
/// Two downloads of one run never share a name: under `fail` the second one fails, under every other policy it gets the
/// next free number, so that the same list gives the same names again.
/// Threads: one at a time.
/// Cost: about 20 bytes a name; a numbered name is found in one look-up on average, however many are alike.
class name_plan {
 public:
  /// `look` says what is under a name now; it may touch the file system.
  name_plan(conflict_policy policy, std::function<occupant(const std::string&)> look);

  /// The name for the next download, whose wish is `wanted`: a file name or a path relative to the target folder.
  planned_name assign(std::string wanted);

 private:
  planned_name number(const std::string& wanted);
  bool reserve(const std::string& name) { return reserved_.insert(fingerprint(name)); }

  conflict_policy policy_;
  std::function<occupant(const std::string&)> look_;
  fingerprint_set reserved_;         // every name given to a download of this run
  fingerprint_counts last_numbers_;  // by wanted name: every number up to this one is taken
};

}  // namespace weft::get_app
