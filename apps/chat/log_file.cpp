#include "chat/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <weft/base/error.hpp>

#include "chat/visible_text.hpp"

namespace weft::chat_app {
namespace {

int open_log(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) throw_errno(errno, "cannot open '" + visible_word(path, 200) + "'");
  return fd;
}

}  // namespace

log_file::log_file(const std::string& path)
    : fd_(open_log(path)),
      thread_(offload_options{.name = "weft-log", .threads = 1}),
      sink_(fd_, "the log", thread_, app::text_sink::failures::thrown) {}

// A write that was left behind may still use the descriptor: the thread that does it closes it.
log_file::~log_file() {
  thread_.post([fd = fd_] { ::close(fd); });
}

}  // namespace weft::chat_app
