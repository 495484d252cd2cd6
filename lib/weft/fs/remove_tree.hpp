#pragma once

#include <weft/fs/directory.hpp>

#include <string>

namespace weft::fs::detail {

/// Removes the folder `name` of `parent` with all that is in it, following no symbolic link; it may be gone already. What
/// cannot be removed is logged, and stays.
void remove_tree_or_log(const directory& parent, const std::string& name) noexcept;

}  // namespace weft::fs::detail
