#pragma once

#include <span>

#include "common/exit_code.hpp"

namespace weft::chat_app {

/// What weft-chat tells the shell.
enum class chat_exit : int {
  ok = 0,
  usage = 1,
  bind = 2,
  undelivered = 3,
  identity = 4,
  hung_up = 129,
  interrupted = 130,
  terminated = 143,
};

/// For help and man page. Lifetime: static.
std::span<const app::exit_code_row> chat_exit_table();

}  // namespace weft::chat_app
