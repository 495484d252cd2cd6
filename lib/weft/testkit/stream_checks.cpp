#include <weft/testkit/stream_checks.hpp>

namespace weft::testkit::detail {

std::string stream_pattern(std::size_t size, unsigned seed) {
  std::string text(size, ' ');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& each : text) {
    state = state * 1664525U + 1013904223U;
    each = static_cast<char>(state >> 24);
  }
  return text;
}

}  // namespace weft::testkit::detail
