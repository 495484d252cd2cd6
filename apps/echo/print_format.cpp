#include "echo/print_format.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>

namespace weft::echo_app {

std::string format(const char* pattern, ...) {
  std::array<char, 512> text{};
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(text.data(), text.size(), pattern, values);
  va_end(values);
  return text.data();
}

}  // namespace weft::echo_app
