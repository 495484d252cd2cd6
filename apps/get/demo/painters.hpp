#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string_view>

#include "get/demo/canvas.hpp"

namespace weft::get_app::demo {

using random_source = std::minstd_rand;

/// A motif: fills the whole canvas; the same seed paints the same picture.
struct painter {
  std::string_view name;  ///< lower-case, for the file's name
  bool flat;              ///< few colours and sharp edges: better as PNG
  void (*paint)(canvas& picture, random_source& random);
};

/// Every motif, in the order of the gallery. Lifetime: static.
std::span<const painter> all_painters();

void paint_sunset(canvas& picture, random_source& random);
void paint_plasma(canvas& picture, random_source& random);
void paint_julia(canvas& picture, random_source& random);
void paint_bokeh(canvas& picture, random_source& random);
void paint_glass(canvas& picture, random_source& random);
void paint_waves(canvas& picture, random_source& random);
void paint_tiles(canvas& picture, random_source& random);
void paint_nebula(canvas& picture, random_source& random);
void paint_blocks(canvas& picture, random_source& random);
void paint_sunflower(canvas& picture, random_source& random);
void paint_island(canvas& picture, random_source& random);
void paint_rings(canvas& picture, random_source& random);

}  // namespace weft::get_app::demo
