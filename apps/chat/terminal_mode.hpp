#pragma once

#include <termios.h>

#include <optional>

namespace weft::chat_app {

/// A terminal that gives keys one by one, without echo, and marks pastes; as it was before when this ends.
///
/// Ownership: does not own the descriptors. One at a time.
class terminal_mode {
 public:
  /// `in` gives the keys; `out` is told to mark pastes.
  terminal_mode(int in, int out) : in_(in), out_(out) {}
  terminal_mode(const terminal_mode&) = delete;
  terminal_mode& operator=(const terminal_mode&) = delete;
  ~terminal_mode() { restore(); }

  /// Errors: boost::system::system_error.
  void enter();
  /// Idempotent.
  void restore() noexcept;

 private:
  int in_;
  int out_;
  std::optional<termios> before_;
};

}  // namespace weft::chat_app
