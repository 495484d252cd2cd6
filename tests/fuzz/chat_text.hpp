#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "chat/chat_event.hpp"
#include "chat/event_text.hpp"
#include "common/text_cells.hpp"

namespace fuzz_chat {

/// Only what is printable, and line feeds where they are allowed.
inline bool is_harmless(std::string_view text, bool lines = false) {
  while (!text.empty()) {
    const auto [code, size] = weft::app::next_code(text);
    const bool joins = code == 0x200c || code == 0x200d;
    const bool ends_line = lines && code == '\n';
    if (!ends_line && !joins && (code < 0x20 || !weft::app::is_shown(code))) return false;
    text.remove_prefix(size);
  }
  return true;
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// What the user would see of it, in every form.
inline void check_shown(const weft::chat_app::chat_event& event) {
  using namespace weft::chat_app;
  require(is_harmless(event_text(event, coloring::none), true));
  require(is_harmless(log_text(event), true));
  require(is_harmless(event_json(event), true));
}

/// Pieces of the input, each behind its length in two bytes, little-endian; the last may be shorter.
inline std::vector<std::string_view> pieces(std::string_view input) {
  std::vector<std::string_view> all;
  while (input.size() >= 2) {
    const auto size = static_cast<std::size_t>(static_cast<std::uint8_t>(input[0])) |
                      static_cast<std::size_t>(static_cast<std::uint8_t>(input[1])) << 8;
    input.remove_prefix(2);
    all.push_back(input.substr(0, size));
    input.remove_prefix(all.back().size());
  }
  return all;
}

}  // namespace fuzz_chat
