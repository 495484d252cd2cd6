#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "get/demo/noise.hpp"
#include "get/demo/painters.hpp"

namespace weft::get_app::demo {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

/// Calls `shade(u, v)` for each pixel; v runs from 0 to 1 downwards, u keeps the aspect.
template <class Shade>
void shade_all(canvas& picture, Shade shade) {
  const auto scale = 1.0F / static_cast<float>(picture.height());
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      picture.set(x, y, shade(static_cast<float>(x) * scale, static_cast<float>(y) * scale));
    }
  }
}

}  // namespace

void paint_sunset(canvas& picture, random_source& random) {
  const float hue = between(random, -0.06F, 0.1F);
  const color zenith = hsv(between(random, 0.58F, 0.78F), 0.6F, 0.5F);
  const color horizon = hsv(hue, 0.65F, 1);
  const color ridge = hsv(between(random, 0.6F, 0.85F), 0.5F, 0.42F);
  const auto seed = static_cast<std::uint32_t>(random());
  const float sun_x = between(random, 0.3F, 1.1F);
  const float sun_y = between(random, 0.3F, 0.5F);
  shade_all(picture, [&](float u, float v) {
    color sky = mix(zenith, horizon, std::pow(v / 0.65F, 1.3F));
    sky = mix(sky, horizon, 0.35F * fractal_noise(u * 3, v * 14, seed, 4));
    const float distance = length(u - sun_x, v - sun_y);
    sky = sky + color{1, 0.85F, 0.6F} * (0.5F * std::exp(-distance * 6));
    return mix(color{1, 0.97F, 0.85F}, sky, (distance - 0.075F) * 120);
  });
  for (int layer = 0; layer < 5; ++layer) {
    const auto depth = static_cast<float>(layer) / 4;
    const color paint = mix(mix(horizon, ridge, 0.45F), ridge * 0.35F, depth);
    for (int x = 0; x < picture.width(); ++x) {
      const float u = static_cast<float>(x) / static_cast<float>(picture.height());
      const float hill = fractal_noise(u * (2.5F + 1.5F * depth), depth * 40, seed + 7, 5);
      const float top = 0.52F + 0.36F * depth - 0.28F * (1 - 0.5F * depth) * hill;
      const int first = static_cast<int>(top * static_cast<float>(picture.height()));
      picture.box(x, first, x + 1, picture.height(), paint, 1);
    }
  }
}

void paint_plasma(canvas& picture, random_source& random) {
  const palette colors(random);
  const float a = between(random, 3, 9);
  const float b = between(random, 3, 9);
  const float c = between(random, 4, 10);
  const float shift = between(random, 0, 6);
  shade_all(picture, [&](float u, float v) {
    const float wave = std::sin(u * a + shift) + std::sin(v * b - shift) + std::sin((u + v) * c * 0.7F) +
                       std::sin(length(u - 0.6F, v - 0.4F) * c * 1.6F);
    return colors.at(wave * 0.18F);
  });
}

void paint_julia(canvas& picture, random_source& random) {
  const palette colors(random);
  const float angle = between(random, 0, 2 * pi);
  // Points just outside the main cardioid of the Mandelbrot set have the rich Julia sets.
  const auto edge = std::polar(0.5F, angle) - std::polar(0.25F, 2 * angle);
  const std::complex<float> c = edge * 1.04F;
  const float aspect = static_cast<float>(picture.width()) / static_cast<float>(picture.height());
  shade_all(picture, [&](float u, float v) {
    std::complex<float> z((u - aspect / 2) * 2.6F, (v - 0.5F) * 2.6F);
    int step = 0;
    while (std::norm(z) < 64 && step < 120) {
      z = z * z + c;
      ++step;
    }
    if (step == 120) return colors.at(0.5F) * 0.25F;
    const float fraction = static_cast<float>(step) + 1 - std::log2(std::log2(std::norm(z)) / 2);
    return colors.at(fraction * 0.035F);
  });
}

void paint_nebula(canvas& picture, random_source& random) {
  const palette colors(random);
  const auto seed = static_cast<std::uint32_t>(random());
  shade_all(picture, [&](float u, float v) {
    const float warp = fractal_noise(u * 2, v * 2, seed, 3);
    const float dust = fractal_noise(u * 2.5F + warp * 2, v * 2.5F + warp, seed + 31, 5);
    const float glow = std::clamp((dust - 0.38F) * 2.6F, 0.0F, 1.0F);
    return mix(color{0.02F, 0.02F, 0.06F}, colors.at(warp * 0.9F), glow * glow);
  });
  const auto stars = picture.width() * picture.height() / 900;
  for (int star = 0; star < stars; ++star) {
    const float size = std::pow(between(random, 0, 1), 6.0F) * 2.2F + 0.4F;
    const color tint = hsv(between(random, 0, 1), between(random, 0, 0.3F), 1);
    const float x = between(random, 0, static_cast<float>(picture.width()));
    const float y = between(random, 0, static_cast<float>(picture.height()));
    picture.disc(x, y, size * 3, tint, 0.08F);
    picture.disc(x, y, size, tint, 0.95F);
  }
}

void paint_island(canvas& picture, random_source& random) {
  const auto seed = static_cast<std::uint32_t>(random());
  const float sea = between(random, 0.47F, 0.53F);
  const float zoom = between(random, 2.2F, 3.6F);
  const auto height_at = [&](float u, float v) { return fractal_noise(u * zoom, v * zoom, seed, 6); };
  shade_all(picture, [&](float u, float v) {
    const float height = height_at(u, v);
    if (height < sea) return mix({0.05F, 0.2F, 0.42F}, {0.35F, 0.72F, 0.78F}, 1 - (sea - height) * 6);
    const float slope = (height - height_at(u + 0.006F, v + 0.006F)) * 14;
    const float rise = (height - sea) / (1 - sea);
    color land = mix({0.89F, 0.83F, 0.62F}, {0.42F, 0.6F, 0.3F}, rise * 9);
    land = mix(land, {0.45F, 0.38F, 0.3F}, (rise - 0.2F) * 4);
    land = mix(land, {0.97F, 0.97F, 1}, (rise - 0.5F) * 8);
    return land * std::clamp(0.95F + slope, 0.5F, 1.25F);
  });
}

}  // namespace weft::get_app::demo
