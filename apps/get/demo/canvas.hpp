#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weft::get_app::demo {

/// Linear mix of red, green and blue, each from 0 to 1.
struct color {
  float red = 0;
  float green = 0;
  float blue = 0;
};

color operator+(color a, color b);
color operator*(color a, float factor);
/// `a` at 0, `b` at 1; `t` is clamped.
color mix(color a, color b, float t);
/// The length of a vector.
float length(float x, float y);
/// Hue, saturation and value from 0 to 1; the hue wraps around.
color hsv(float hue, float saturation, float value);

/// A picture of 8-bit RGB pixels to paint on. Coordinates outside are clipped.
class canvas {
 public:
  canvas(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  /// Rows of `3 * width()` bytes from the top.
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }

  void set(int x, int y, color paint);
  /// Mixes `paint` over the pixel with weight `alpha`.
  void blend(int x, int y, color paint, float alpha);
  /// A disc with a soft edge of about one pixel, in pixels.
  void disc(float center_x, float center_y, float radius, color paint, float alpha);
  /// A filled rectangle; right and bottom are excluded.
  void box(int left, int top, int right, int bottom, color paint, float alpha);
  /// Digits, capital letters and '-' from a 5 x 7 font, each dot `scale` pixels wide.
  void text(int left, int top, int scale, std::string_view text, color paint);

 private:
  bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }
  std::size_t offset(int x, int y) const {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3;
  }

  int width_;
  int height_;
  std::vector<std::uint8_t> pixels_;
};

/// Columns of one character of canvas::text(), gap included, at scale 1.
inline constexpr int glyph_pitch = 6;
inline constexpr int glyph_height = 7;

}  // namespace weft::get_app::demo
