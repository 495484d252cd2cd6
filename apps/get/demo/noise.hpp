#pragma once

#include <cstdint>
#include <random>

#include "get/demo/canvas.hpp"

namespace weft::get_app::demo {

/// A number in [low, high).
float between(std::minstd_rand& random, float low, float high);

/// Smooth value noise, summed over octaves; from 0 to 1, one hill a unit.
float fractal_noise(float x, float y, std::uint32_t seed, int octaves);

/// A colour gradient without seams: a + b * cos(2 pi (t + phase)) for each channel.
class palette {
 public:
  /// Bright, dark or earthy by chance.
  explicit palette(std::minstd_rand& random);
  color at(float t) const;

 private:
  float phase_[3];
  float turns_[3];
  float base_;
  float swing_;
};

}  // namespace weft::get_app::demo
