#pragma once

#include <string>

#include <weft/sync/queue.hpp>

namespace weft::chat_app {

/// What a user, or a pipe, gave.
struct user_input {
  enum class kind { line, end, interrupt };
  kind what;
  std::string text = {};
};

using input_queue = queue<user_input>;

}  // namespace weft::chat_app
