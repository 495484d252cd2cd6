#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weft/fs/directory.hpp>

#include "copy/job.hpp"
#include "copy/report.hpp"

namespace weft::copy_app {

using file_identity = std::pair<dev_t, ino_t>;

[[nodiscard]] inline file_identity identity_of(const struct stat& of) noexcept { return {of.st_dev, of.st_ino}; }
/// Errors: boost::system::system_error.
[[nodiscard]] struct stat look_at(const fs::directory& folder);

/// A source and where it is copied to: two open folders; without the target in a dry run, where it may not exist.
struct tree {
  std::string source_path;
  std::string target_path;
  fs::directory source;
  std::optional<fs::directory> target;

  [[nodiscard]] entry_report report(entry_status status, const std::string& path, const std::string& target_name_path,
                                    std::string error = {}) const {
    return {status, join_path(source_path, path), join_path(target_path, target_name_path), 0, std::move(error), {},
            {}};
  }
};

/// Makes again, in the folder `target`, what the symbolic link `name` of the folder `source` is. Gives false when it was
/// there already. Attributes that it cannot have are named in `lost`. Errors: boost::system::system_error.
bool copy_link(const fs::directory& source, const fs::directory& target, const std::string& name,
               const std::string& target_name, const struct stat& info, bool with_owner,
               std::vector<std::string>& lost);

/// The same for a FIFO, socket or device.
void copy_special(const fs::directory& target, const std::string& target_name, const struct stat& info, bool with_owner,
                  std::vector<std::string>& lost);

/// Makes `name` another name of `first`. Gives false when it is that already. Errors: boost::system::system_error.
bool make_hard_link(const fs::directory& first_folder, const std::string& first, const fs::directory& folder,
                    const std::string& name);

}  // namespace weft::copy_app
