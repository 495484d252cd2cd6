#pragma once

#include <cstdint>
#include <string>

namespace weft::chat_app {

/// A file that a peer offers, or is offered.
struct file_reference {
  std::string name = {};  ///< as it arrived: no path to be trusted
  std::uint64_t size = 0;
  std::uint32_t packet = 0;  ///< number of the packet that offered it
  std::uint32_t file = 0;    ///< its number within
  bool is_folder = false;
};

}  // namespace weft::chat_app
