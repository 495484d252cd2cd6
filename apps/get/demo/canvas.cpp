#include "get/demo/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weft::get_app::demo {
namespace {

struct glyph {
  char letter;
  std::array<std::uint8_t, glyph_height> rows;  // five bits a row, the leftmost is 16
};

constexpr std::array<glyph, 37> font{{
    {'0', {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}}, {'1', {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}},
    {'2', {0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f}}, {'3', {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e}},
    {'4', {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}}, {'5', {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e}},
    {'6', {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}}, {'7', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}},
    {'8', {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}}, {'9', {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}},
    {'A', {0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11}}, {'B', {0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e}},
    {'C', {0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e}}, {'D', {0x1c, 0x12, 0x11, 0x11, 0x11, 0x12, 0x1c}},
    {'E', {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f}}, {'F', {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10}},
    {'G', {0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f}}, {'H', {0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11}},
    {'I', {0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e}}, {'J', {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c}},
    {'K', {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11}}, {'L', {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f}},
    {'M', {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11}}, {'N', {0x11, 0x11, 0x19, 0x15, 0x13, 0x11, 0x11}},
    {'O', {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}}, {'P', {0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10}},
    {'Q', {0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d}}, {'R', {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11}},
    {'S', {0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e}}, {'T', {0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04}},
    {'U', {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}}, {'V', {0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04}},
    {'W', {0x11, 0x11, 0x11, 0x15, 0x15, 0x15, 0x0a}}, {'X', {0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11}},
    {'Y', {0x11, 0x11, 0x11, 0x0a, 0x04, 0x04, 0x04}}, {'Z', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f}},
    {'-', {0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00}},
}};

std::uint8_t to_byte(float value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F); }

}  // namespace

color operator+(color a, color b) { return {a.red + b.red, a.green + b.green, a.blue + b.blue}; }

color operator*(color a, float factor) { return {a.red * factor, a.green * factor, a.blue * factor}; }

color mix(color a, color b, float t) {
  t = std::clamp(t, 0.0F, 1.0F);
  return a * (1 - t) + b * t;
}

float length(float x, float y) { return std::sqrt(x * x + y * y); }

color hsv(float hue, float saturation, float value) {
  const auto channel = [&](float offset) {
    const float k = std::fmod(offset + (hue - std::floor(hue)) * 6, 6.0F);
    return value - value * saturation * std::clamp(std::min(k, 4 - k), 0.0F, 1.0F);
  };
  return {channel(5), channel(3), channel(1)};
}

canvas::canvas(int width, int height)
    : width_(width), height_(height), pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {}

void canvas::set(int x, int y, color paint) {
  if (!contains(x, y)) return;
  auto* pixel = &pixels_[offset(x, y)];
  pixel[0] = to_byte(paint.red);
  pixel[1] = to_byte(paint.green);
  pixel[2] = to_byte(paint.blue);
}

void canvas::blend(int x, int y, color paint, float alpha) {
  if (!contains(x, y) || alpha <= 0) return;
  if (alpha >= 1) return set(x, y, paint);
  auto* pixel = &pixels_[offset(x, y)];
  const color under{static_cast<float>(pixel[0]) / 255, static_cast<float>(pixel[1]) / 255,
                    static_cast<float>(pixel[2]) / 255};
  const color result = mix(under, paint, alpha);
  pixel[0] = to_byte(result.red);
  pixel[1] = to_byte(result.green);
  pixel[2] = to_byte(result.blue);
}

void canvas::disc(float center_x, float center_y, float radius, color paint, float alpha) {
  const int top = static_cast<int>(center_y - radius) - 1;
  const int left = static_cast<int>(center_x - radius) - 1;
  const int span = static_cast<int>(2 * radius) + 3;
  for (int y = top; y <= top + span; ++y) {
    for (int x = left; x <= left + span; ++x) {
      const float distance = length(static_cast<float>(x) - center_x, static_cast<float>(y) - center_y);
      blend(x, y, paint, alpha * std::clamp(radius - distance + 0.5F, 0.0F, 1.0F));
    }
  }
}

void canvas::box(int left, int top, int right, int bottom, color paint, float alpha) {
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) blend(x, y, paint, alpha);
  }
}

void canvas::text(int left, int top, int scale, std::string_view text, color paint) {
  for (const char letter : text) {
    const auto* found = std::find_if(font.begin(), font.end(), [letter](const glyph& g) { return g.letter == letter; });
    for (int row = 0; found != font.end() && row < glyph_height; ++row) {
      for (int column = 0; column < 5; ++column) {
        if ((found->rows[static_cast<std::size_t>(row)] >> (4 - column) & 1) == 0) continue;
        const int x = left + column * scale;
        const int y = top + row * scale;
        box(x, y, x + scale, y + scale, paint, 1);
      }
    }
    left += glyph_pitch * scale;
  }
}

}  // namespace weft::get_app::demo
