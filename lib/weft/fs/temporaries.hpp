#pragma once

#include <weft/fs/directory.hpp>

#include <cstddef>
#include <ctime>
#include <string>

namespace weft::fs {

/// Removes the temporaries in `folder` whose process is gone, as kill -9 leaves them; gives how many.
///
/// A living writer of an atomic_file or atomic_folder holds a lock (flock) on its temporary. Removed is only what has the
/// form of its name (.NAME.<random>.weft.part), is this user's, has not been changed in any way for a minute, and, if it is
/// a regular file or a folder, is not locked: where the file system knows no locks those stay. A folder goes with all that
/// is in it, following no link. A name is removed, not what it is another name of. Other folders are not entered.
/// Blocking: reads the whole folder. Errors: none; what cannot be read or removed stays.
std::size_t remove_abandoned_temporaries(const directory& folder);

namespace detail {

/// The same at another time.
std::size_t remove_abandoned_temporaries(const directory& folder, std::time_t now);

/// A name for the temporary of `name`, different each time.
[[nodiscard]] std::string temporary_name(const std::string& name);

/// Marks an open temporary as in use until it is closed, where the file system can.
void lock_temporary(int descriptor) noexcept;

}  // namespace detail
}  // namespace weft::fs
