#pragma once

#include <span>
#include <string_view>

namespace weft::app {

/// What a program tells the shell; the classes are wget's, so that scripts written for it keep working.
enum class exit_code : int {
  ok = 0,
  internal = 1,
  usage = 2,
  file = 3,
  network = 4,
  tls = 5,
  auth = 6,
  protocol = 7,
  server = 8,
  integrity = 9,
  rejected = 10,
  policy = 11,
  exists = 12,
  hung_up = 129,
  interrupted = 130,
  terminated = 143,
};

/// One row of the table that help, man page and documentation print.
struct exit_code_row {
  exit_code code;
  std::string_view meaning;
};

/// Every code with its meaning, in ascending order. Lifetime: static.
std::span<const exit_code_row> exit_code_table();

/// The code of a run in which both happened: the lowest that is not `ok`, as wget decides.
exit_code worst(exit_code a, exit_code b);

}  // namespace weft::app
