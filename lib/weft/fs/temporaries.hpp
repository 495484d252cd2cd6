#pragma once

#include <weft/fs/directory.hpp>

#include <cstddef>
#include <string>

namespace weft::fs {

/// Removes the temporaries of atomic_file in `folder` whose process is gone, as kill -9 leaves them; gives how many.
///
/// A living writer holds a lock (flock) on its temporary. Removed is only what has the form of its name
/// (.NAME.<random>.weft.part), is a regular file of this user with one name, has not been written to for a minute, and
/// is not locked. Where the file system knows no locks nothing is removed. Subfolders are not entered.
/// Blocking: reads the whole folder. Errors: none; what cannot be read or removed stays.
std::size_t remove_abandoned_temporaries(const directory& folder);

namespace detail {

/// A name for the temporary of `name`, different each time.
[[nodiscard]] std::string temporary_name(const std::string& name);

/// Marks an open temporary as in use until it is closed, where the file system can.
void lock_temporary(int descriptor) noexcept;

}  // namespace detail
}  // namespace weft::fs
