#pragma once

#include <cstddef>
#include <string>

namespace weft::get_app::demo {

/// How many pictures the demo serves.
inline constexpr std::size_t gallery_size = 60;

/// The file name of picture `index`, like "07-glass.jpg".
std::string picture_name(std::size_t index);

/// The file of picture `index`: the same bytes each time, 5 KB to 400 KB.
/// Threads: any. Cost: some tens of milliseconds.
std::string picture_file(std::size_t index);

}  // namespace weft::get_app::demo
