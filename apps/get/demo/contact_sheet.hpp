#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::get_app::demo {

/// A file shown on the sheet; the name is relative to the folder of the sheet.
struct sheet_entry {
  std::string name;
  std::uint64_t bytes = 0;
};

/// An HTML page that shows `entries` as a grid of pictures with names and sizes. Needs no network and no script.
std::string contact_sheet(const std::vector<sheet_entry>& entries, const std::string& title);

}  // namespace weft::get_app::demo
