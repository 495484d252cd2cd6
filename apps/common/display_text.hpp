#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::app {

/// `bytes` as text that is safe to print on a terminal: control characters (C0, C1, DEL), bidirectional and other
/// invisible formatting characters, unassigned code points and broken UTF-8 become "\xNN" for each of their bytes.
/// More than four combining marks in a row are escaped likewise. The result has one line.
std::string printable(std::string_view bytes);

/// Columns that `text` takes on a terminal (East Asian wide characters: 2). `text` comes from printable().
std::size_t display_width(std::string_view text);

/// `text` cut to at most `width` columns: the middle is replaced by "…", so that a file's extension stays in sight.
std::string shortened(std::string_view text, std::size_t width);

/// `text` cut at the end to at most `width` columns.
std::string clipped(std::string_view text, std::size_t width);

/// `text` shortened or filled with spaces to exactly `width` columns.
std::string padded(std::string_view text, std::size_t width);

/// What `error` says, without the "[category:number]" that Boost puts behind it.
std::string plain_message(std::string text);

}  // namespace weft::app
