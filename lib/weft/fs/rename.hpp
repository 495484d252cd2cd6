#pragma once

#include <weft/fs/directory.hpp>

#include <string>

namespace weft::fs::detail {

/// Renames `from` to `to` within a folder, taking the place of what is there. Gives 0 or an errno value.
[[nodiscard]] int rename_over(const directory& folder, const std::string& from, const std::string& to) noexcept;

/// Renames `from` to `to` within a folder unless `to` exists. Gives 0 or an errno value, EEXIST for a taken name.
///
/// One step where the file system knows renameat2(RENAME_NOREPLACE); else, where it knows hard links, a link and the
/// removal of `from`. Where it knows neither (vfat, some in user space), `to` is reserved as an empty file with O_EXCL
/// and renamed over: it is never `from` cut short, but a process killed between the two steps leaves it empty, and what
/// another program renames to `to` between them is replaced. A reservation whose rename fails is removed.
[[nodiscard]] int rename_unless_taken(const directory& folder, const std::string& from, const std::string& to);

/// The same for a folder. Where the file system does not know RENAME_NOREPLACE, `to` is reserved as an empty folder and
/// renamed over; a reservation whose rename fails is removed.
[[nodiscard]] int rename_folder_unless_taken(const directory& folder, const std::string& from, const std::string& to);

/// Removes `name`, which may be gone already; a failure is logged, as there is nothing else to be done about it.
void remove_or_log(const directory& folder, const std::string& name);

}  // namespace weft::fs::detail
