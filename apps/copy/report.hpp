#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::copy_app {

enum class entry_status { copied, linked, up_to_date, planned, failed };

/// What became of one file, link or special file; of a folder only when it failed.
struct entry_report {
  entry_status status = entry_status::failed;
  std::string source;
  std::string target;
  std::uint64_t bytes = 0;
  std::string error;
  std::vector<std::string> lost;
  std::string sha256;
};

/// "dir" and "a.txt" as "dir/a.txt"; nothing is put before a name below ".", nor behind a folder without one.
std::string join_path(const std::string& folder, const std::string& name);

/// One line of JSON, without the line break. Names that are not UTF-8 are in path_base64 and target_base64.
std::string json_line(const entry_report& report);

}  // namespace weft::copy_app
