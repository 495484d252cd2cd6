#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::chat_app {

/// `text` in pieces of at most `limit` bytes, cut between characters as a reader sees them, or, where one is longer than
/// that, between code points; all but the last end in "…". Precondition: limit >= 16.
std::vector<std::string> split_text(std::string_view text, std::size_t limit);

/// The lines of a datagram without the CR, LF and NUL at their ends; empty ones are left out.
std::vector<std::string> datagram_lines(std::string_view datagram);

}  // namespace weft::chat_app
