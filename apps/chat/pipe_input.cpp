#include "chat/pipe_input.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <weft/base/error.hpp>

namespace weft::chat_app {
namespace {

constexpr std::size_t chunk = 16 * 1024;

std::string read_chunk(int fd) {
  std::string bytes(chunk, '\0');
  for (;;) {
    const auto size = ::read(fd, bytes.data(), bytes.size());
    if (size >= 0) {
      bytes.resize(static_cast<std::size_t>(size));
      return bytes;
    }
    if (errno == EIO) return {};  // the terminal is gone
    if (errno == EAGAIN) {
      pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      throw_errno(errno, "cannot read standard input");
    }
  }
}

/// Takes the next line out of `pending`; false: there is none yet.
bool take_line(std::string& pending, std::string& line) {
  const auto end = pending.find('\n');
  const bool is_whole = end != std::string::npos && end <= max_input_line;
  if (!is_whole && pending.size() <= max_input_line) return false;
  line = pending.substr(0, is_whole ? end : max_input_line);
  pending.erase(0, line.size() + (is_whole ? 1 : 0));
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

}  // namespace

task<std::string> read_some(int fd, offload& thread) {
  auto work = [fd] { return read_chunk(fd); };
  co_return co_await thread.run_abandonable(std::move(work));
}

task<> read_lines(int fd, offload& thread, input_queue& lines) {
  std::string pending;
  for (;;) {
    const auto bytes = co_await read_some(fd, thread);
    if (bytes.empty()) break;
    pending += bytes;
    user_input line{user_input::kind::line};
    while (take_line(pending, line.text)) {
      user_input item = line;
      co_await lines.put(std::move(item));
    }
  }
  if (!pending.empty()) {
    user_input last{user_input::kind::line, std::move(pending)};
    co_await lines.put(std::move(last));
  }
  user_input end{user_input::kind::end};
  co_await lines.put(std::move(end));
}

}  // namespace weft::chat_app
