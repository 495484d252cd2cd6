#include "common/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace weft::app {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace

bool is_screen(int fd) {
  if (::isatty(fd) != 1) return false;
  const auto term = environment("TERM");
  return !term.empty() && term != "dumb";
}

bool wants_color(int fd) {
  if (!environment("NO_COLOR").empty()) return false;
  const auto force = environment("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  return is_screen(fd);
}

terminal_size size_of_screen(int fd) {
  terminal_size size;
  winsize answer{};
  if (::ioctl(fd, TIOCGWINSZ, &answer) != 0) return size;
  if (answer.ws_col > 0) size.columns = answer.ws_col;
  if (answer.ws_row > 0) size.rows = answer.ws_row;
  return size;
}

}  // namespace weft::app
