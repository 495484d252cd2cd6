#include "get/demo/gallery.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "get/demo/encode.hpp"
#include "get/demo/painters.hpp"

namespace weft::get_app::demo {
namespace {

constexpr std::array<painter, 12> painters{{
    {"sunset", false, paint_sunset},
    {"plasma", false, paint_plasma},
    {"blocks", true, paint_blocks},
    {"nebula", false, paint_nebula},
    {"waves", true, paint_waves},
    {"julia", false, paint_julia},
    {"tiles", true, paint_tiles},
    {"island", false, paint_island},
    {"bokeh", false, paint_bokeh},
    {"sunflower", true, paint_sunflower},
    {"glass", false, paint_glass},
    {"rings", true, paint_rings},
}};

struct shape {
  int width;
  int height;
};

constexpr std::array<shape, 5> shapes{{{800, 600}, {960, 640}, {600, 600}, {800, 450}, {480, 640}}};

const painter& painter_of(std::size_t index) { return painters[index % painters.size()]; }

std::string number_of(std::size_t index) {
  const auto number = std::to_string(index + 1);
  return number.size() == 1 ? "0" + number : number;
}

/// A plate in the lower left corner with number and motif, so that no two pictures can be mistaken.
void draw_label(canvas& picture, std::size_t index) {
  constexpr int scale = 3;
  constexpr int margin = 10;
  std::string label = number_of(index) + ' ' + std::string(painter_of(index).name);
  std::transform(label.begin(), label.end(), label.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const int width = static_cast<int>(label.size()) * glyph_pitch * scale - scale;
  const int top = picture.height() - margin - glyph_height * scale;
  picture.box(0, top - margin, width + 2 * margin, picture.height(), {0, 0, 0}, 0.55F);
  picture.text(margin, top, scale, label, {1, 1, 1});
}

}  // namespace

std::span<const painter> all_painters() { return painters; }

std::string picture_name(std::size_t index) {
  return number_of(index) + '-' + std::string(painter_of(index).name) + (painter_of(index).flat ? ".png" : ".jpg");
}

std::string picture_file(std::size_t index) {
  const auto& size = shapes[(index + index / painters.size()) % shapes.size()];
  canvas picture(size.width, size.height);
  random_source random(static_cast<random_source::result_type>(index * 7919 + 17));
  random.discard(16);  // seeds near one another begin alike
  painter_of(index).paint(picture, random);
  draw_label(picture, index);
  constexpr std::array<int, 4> qualities{82, 90, 74, 94};
  return painter_of(index).flat ? encode_png(picture) : encode_jpeg(picture, qualities[index % qualities.size()]);
}

}  // namespace weft::get_app::demo
