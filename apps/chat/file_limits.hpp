#pragma once

#include <weft/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <string>

#include "chat/ipmsg/folder_stream.hpp"
#include "common/units.hpp"

namespace weft::chat_app {

// What the two ends of a file's way have in common.

inline constexpr duration request_limit = std::chrono::seconds(10);  ///< for the connection, and for what is wanted
inline constexpr duration piece_limit = std::chrono::seconds(30);    ///< for each piece of the bytes
inline constexpr std::size_t piece_size = 65536;

/// "12 files, 3.4 MiB".
inline std::string totals_text(const ipmsg::folder_totals& totals) {
  return std::to_string(totals.files) + (totals.files == 1 ? " file, " : " files, ") + app::size_text(totals.bytes);
}

}  // namespace weft::chat_app
