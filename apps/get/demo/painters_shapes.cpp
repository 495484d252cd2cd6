#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "get/demo/noise.hpp"
#include "get/demo/painters.hpp"

namespace weft::get_app::demo {
namespace {

void fill_gradient(canvas& picture, color top, color bottom) {
  for (int y = 0; y < picture.height(); ++y) {
    const color row = mix(top, bottom, static_cast<float>(y) / static_cast<float>(picture.height()));
    picture.box(0, y, picture.width(), y + 1, row, 1);
  }
}

void add_paper_grain(canvas& picture, std::uint32_t seed) {
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      const float grain = fractal_noise(static_cast<float>(x) * 0.11F, static_cast<float>(y) * 0.11F, seed, 3);
      picture.blend(x, y, {0, 0, 0}, 0.12F * grain);
    }
  }
}

struct area {
  int left, top, right, bottom;
};

/// Splits `whole` at random until the parts are small, and hands each part to `each`.
template <class Each>
void split(area whole, int smallest, random_source& random, Each each) {
  std::vector<area> open{whole};
  while (!open.empty()) {
    const area part = open.back();
    open.pop_back();
    const int width = part.right - part.left;
    const int height = part.bottom - part.top;
    if (std::max(width, height) < 2 * smallest || (std::max(width, height) < 4 * smallest && random() % 4 == 0)) {
      each(part);
    } else if (width > height) {
      const int cut = part.left + static_cast<int>(static_cast<float>(width) * between(random, 0.3F, 0.7F));
      open.push_back({part.left, part.top, cut, part.bottom});
      open.push_back({cut, part.top, part.right, part.bottom});
    } else {
      const int cut = part.top + static_cast<int>(static_cast<float>(height) * between(random, 0.3F, 0.7F));
      open.push_back({part.left, part.top, part.right, cut});
      open.push_back({part.left, cut, part.right, part.bottom});
    }
  }
}

}  // namespace

void paint_bokeh(canvas& picture, random_source& random) {
  const float hue = between(random, 0, 1);
  fill_gradient(picture, hsv(hue, 0.7F, 0.16F), hsv(hue + 0.12F, 0.6F, 0.34F));
  const auto width = static_cast<float>(picture.width());
  const auto height = static_cast<float>(picture.height());
  for (int i = 0; i < 70; ++i) {
    const float radius = height * between(random, 0.02F, 0.12F);
    const color paint = hsv(hue + between(random, -0.12F, 0.2F), between(random, 0.2F, 0.7F), 1);
    const float x = between(random, 0, width);
    const float y = between(random, 0, height);
    const float alpha = between(random, 0.05F, 0.3F);
    picture.disc(x, y, radius, paint, alpha);
    picture.disc(x, y, radius * 0.9F, paint, alpha * 0.3F);
  }
}

void paint_glass(canvas& picture, random_source& random) {
  struct cell {
    float x, y;
    color paint;
  };
  const palette colors(random);
  std::array<cell, 60> cells;
  for (auto& cell : cells) {
    cell.x = between(random, 0, static_cast<float>(picture.width()));
    cell.y = between(random, 0, static_cast<float>(picture.height()));
    cell.paint = colors.at(cell.x / static_cast<float>(picture.width()) * 0.6F + between(random, 0, 0.25F));
  }
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      float nearest = 1e9F;
      float second = 1e9F;
      const cell* owner = nullptr;
      for (const auto& cell : cells) {
        const float distance = length(static_cast<float>(x) - cell.x, static_cast<float>(y) - cell.y);
        second = std::min(second, std::max(nearest, distance));
        if (distance < nearest) {
          nearest = distance;
          owner = &cell;
        }
      }
      const color lit = owner->paint * (1.12F - nearest / static_cast<float>(picture.height()));
      picture.set(x, y, mix({0.08F, 0.08F, 0.1F}, lit, (second - nearest) / 2 - 0.8F));
    }
  }
}

void paint_waves(canvas& picture, random_source& random) {
  const float hue = between(random, 0, 1);
  const float step = between(random, 0.015F, 0.05F);
  fill_gradient(picture, hsv(hue, 0.12F, 1), hsv(hue + step, 0.25F, 0.98F));
  constexpr int layers = 8;
  for (int layer = 0; layer < layers; ++layer) {
    const auto depth = static_cast<float>(layer + 1) / layers;
    const color paint = hsv(hue + step * static_cast<float>(layer), 0.25F + 0.5F * depth, 1 - 0.6F * depth);
    const float phase = between(random, 0, 6);
    const float length = between(random, 1.5F, 4);
    for (int x = 0; x < picture.width(); ++x) {
      const float u = static_cast<float>(x) / static_cast<float>(picture.height());
      const float crest = 0.05F * std::sin(u * length + phase) + 0.02F * std::sin(u * length * 2.7F + phase * 2);
      const int top = static_cast<int>((0.15F + 0.75F * depth + crest) * static_cast<float>(picture.height()));
      for (int shadow = 1; shadow <= 8; ++shadow)
        picture.blend(x, top - shadow, paint * 0.3F, 0.02F * static_cast<float>(9 - shadow));
      picture.box(x, top, x + 1, picture.height(), paint, 1);
    }
  }
}

void paint_tiles(canvas& picture, random_source& random) {
  const palette colors(random);
  const int size = static_cast<int>(between(random, 36, 64));
  const color line = colors.at(0.1F);
  for (int top = 0; top < picture.height(); top += size) {
    for (int left = 0; left < picture.width(); left += size) {
      const bool turned = random() % 2 == 0;
      const float shade = static_cast<float>(left + top) / static_cast<float>(picture.width() + picture.height());
      const color ground = mix(colors.at(0.45F), colors.at(0.75F), shade) * 0.9F;
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
          const auto u = static_cast<float>(turned ? size - 1 - x : x);
          const auto v = static_cast<float>(y);
          const auto side = static_cast<float>(size - 1);
          const float arc = std::min(length(u, v), length(side - u, side - v));
          const float band = std::abs(arc - side / 2) - side * 0.14F;
          picture.set(left + x, top + y, mix(line, ground, band + 0.5F));
        }
      }
    }
  }
}

void paint_blocks(canvas& picture, random_source& random) {
  const float hue = between(random, 0, 1);
  const std::array<color, 6> colors{hsv(hue, 0.75F, 0.85F), hsv(hue + 0.33F, 0.6F, 0.6F), hsv(hue + 0.5F, 0.65F, 0.75F),
                                    {0.96F, 0.95F, 0.9F},   {0.93F, 0.9F, 0.82F},         {0.98F, 0.97F, 0.94F}};
  picture.box(0, 0, picture.width(), picture.height(), {0.1F, 0.1F, 0.12F}, 1);
  split({0, 0, picture.width(), picture.height()}, picture.height() / 8, random, [&](area part) {
    picture.box(part.left + 3, part.top + 3, part.right - 3, part.bottom - 3, colors[random() % colors.size()], 1);
  });
  add_paper_grain(picture, static_cast<std::uint32_t>(random()));
}

void paint_sunflower(canvas& picture, random_source& random) {
  const palette colors(random);
  fill_gradient(picture, colors.at(0.5F) * 0.22F, colors.at(0.6F) * 0.35F);
  const float middle_x = static_cast<float>(picture.width()) / 2;
  const float middle_y = static_cast<float>(picture.height()) / 2;
  const float golden = std::numbers::pi_v<float> * (3 - std::sqrt(5.0F)) + between(random, -0.002F, 0.002F);
  const int seeds = static_cast<int>(between(random, 300, 700));
  const float spread = 0.49F * static_cast<float>(picture.height()) / std::sqrt(static_cast<float>(seeds));
  for (int i = 1; i < seeds; ++i) {
    const auto n = static_cast<float>(i);
    const float part = n / static_cast<float>(seeds);
    const float x = middle_x + spread * std::sqrt(n) * std::cos(n * golden);
    const float y = middle_y + spread * std::sqrt(n) * std::sin(n * golden);
    picture.disc(x, y, spread * (0.35F + 0.45F * part), colors.at(part * 0.8F), 0.95F);
  }
}

void paint_rings(canvas& picture, random_source& random) {
  const float hue = between(random, 0, 1);
  fill_gradient(picture, hsv(hue, 0.08F, 0.97F), hsv(hue + 0.1F, 0.18F, 0.9F));
  const auto width = static_cast<float>(picture.width());
  const auto height = static_cast<float>(picture.height());
  for (int i = 0; i < 9; ++i) {
    const float x = between(random, 0, width);
    const float y = between(random, 0, height);
    const float tone = hue + between(random, 0, 0.35F);
    float radius = height * between(random, 0.12F, 0.34F);
    for (int ring = 0; radius > 4; ++ring, radius *= 0.78F) {
      picture.disc(x, y, radius, hsv(tone + 0.03F * static_cast<float>(ring), 0.55F, ring % 2 == 0 ? 0.9F : 0.55F),
                   0.8F);
    }
  }
}

}  // namespace weft::get_app::demo
