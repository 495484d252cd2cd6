#include "get/demo/noise.hpp"

#include <cmath>
#include <numbers>

namespace weft::get_app::demo {
namespace {

float lattice(int x, int y, std::uint32_t seed) {
  std::uint32_t h = seed + static_cast<std::uint32_t>(x) * 374761393U + static_cast<std::uint32_t>(y) * 668265263U;
  h = (h ^ (h >> 13)) * 1274126177U;
  return static_cast<float>((h ^ (h >> 16)) & 0xffffU) / 65535.0F;
}

float smooth(float t) { return t * t * (3 - 2 * t); }

float value_noise(float x, float y, std::uint32_t seed) {
  const float left = std::floor(x);
  const float top = std::floor(y);
  const int ix = static_cast<int>(left);
  const int iy = static_cast<int>(top);
  const float u = smooth(x - left);
  const float v = smooth(y - top);
  const float upper = std::lerp(lattice(ix, iy, seed), lattice(ix + 1, iy, seed), u);
  const float lower = std::lerp(lattice(ix, iy + 1, seed), lattice(ix + 1, iy + 1, seed), u);
  return std::lerp(upper, lower, v);
}

}  // namespace

float between(std::minstd_rand& random, float low, float high) {
  return low + (high - low) * (static_cast<float>(random() % 65536) / 65536.0F);
}

float fractal_noise(float x, float y, std::uint32_t seed, int octaves) {
  float sum = 0;
  float weight = 0.5F;
  float total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += weight * value_noise(x, y, seed + static_cast<std::uint32_t>(octave) * 1013U);
    total += weight;
    weight /= 2;
    x = x * 2 + 17.3F;
    y = y * 2 + 9.7F;
  }
  return sum / total;
}

palette::palette(std::minstd_rand& random)
    : base_(between(random, 0.5F, 0.62F)), swing_(between(random, 0.32F, 0.42F)) {
  const float start = between(random, 0, 1);
  const float spread = between(random, 0.08F, 0.3F);
  for (int channel = 0; channel < 3; ++channel) {
    phase_[channel] = start + spread * static_cast<float>(channel);
    turns_[channel] = 1;
  }
  if (random() % 2 == 0) turns_[2] = 0.7F;
}

color palette::at(float t) const {
  const auto channel = [&](int i) {
    return base_ + swing_ * std::cos(2 * std::numbers::pi_v<float> * (turns_[i] * t + phase_[i]));
  };
  return {channel(0), channel(1), channel(2)};
}

}  // namespace weft::get_app::demo
