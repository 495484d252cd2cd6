#include "chat/terminal_mode.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include <weft/base/error.hpp>

namespace weft::chat_app {
namespace {

constexpr std::string_view mark_pastes = "\x1b[?2004h";
constexpr std::string_view as_before = "\x1b[?2004l";

/// Not to a terminal that is stopped: it would hold the program.
void say(int fd, std::string_view text) noexcept {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, 0) == 1) static_cast<void>(!::write(fd, text.data(), text.size()));
}

}  // namespace

void terminal_mode::enter() {
  termios now{};
  if (::tcgetattr(in_, &now) != 0) throw_errno(errno, "cannot read the state of the terminal");
  termios raw = now;
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT);
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (::tcsetattr(in_, TCSADRAIN, &raw) != 0) throw_errno(errno, "cannot set the terminal up");
  if (!before_) before_ = now;
  say(out_, mark_pastes);
}

void terminal_mode::restore() noexcept {
  if (!before_) return;
  say(out_, as_before);
  ::tcsetattr(in_, TCSANOW, &*before_);
  before_.reset();
}

}  // namespace weft::chat_app
