#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <weft/core/snapshot.hpp>

namespace weft::top_app {

/// A table of the tasks, longest wait first, one line each and none wider than `width` columns (0: any width).
std::string list_view(const std::vector<std::vector<task_info>>& loops, std::size_t width);

/// The tasks under those that spawned them, with every place of each chain of co_awaits, and the rings.
std::string tree_view(const std::vector<std::vector<task_info>>& loops);

}  // namespace weft::top_app
