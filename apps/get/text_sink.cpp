#include "get/text_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <boost/system/system_error.hpp>
#include <weft/base/error.hpp>

namespace weft::get_app {

void write_fully(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      throw_errno(errno, "cannot write to " + name);
    }
  }
}

void text_sink::write(const std::string& text) const {
  try {
    write_fully(fd_, text, name_);
  } catch (const boost::system::system_error&) {
    if (policy_ == failures::thrown) throw;
  }
}

task<> text_sink::reserve() {
  while (pending_.size() >= comfortable) co_await flush();
}

task<> text_sink::flush() {
  const auto turn = co_await turn_.guard();
  if (pending_.empty()) co_return;
  const auto text = std::exchange(pending_, {});
  auto work = [&] { write(text); };
  co_await threads_.run(work);
}

void text_sink::flush_now() {
  const auto text = std::exchange(pending_, {});
  write(text);
}

}  // namespace weft::get_app
