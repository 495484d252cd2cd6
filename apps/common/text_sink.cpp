#include "common/text_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <utility>

#include <boost/system/system_error.hpp>
#include <weft/base/error.hpp>

namespace weft::app {

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

/// What add() and the thread share.
struct text_sink::outbox {
  const int fd;
  const std::string name;
  const failures policy;
  std::mutex mutex = {};
  std::string text = {};
  bool writing = false;             // what was taken from text is not written yet
  std::exception_ptr trouble = {};  // also of a write that no one waited for

  std::string take() {
    const std::lock_guard lock(mutex);
    writing = true;
    return std::exchange(text, {});
  }
  void write() {
    std::exception_ptr thrown;
    try {
      write_fully(fd, take(), name);
    } catch (const boost::system::system_error&) {
      if (policy == failures::thrown) thrown = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    writing = false;
    if (thrown) trouble = std::move(thrown);
  }
  bool is_done() {
    const std::lock_guard lock(mutex);
    if (trouble) std::rethrow_exception(trouble);
    return text.empty() && !writing;
  }
};

text_sink::text_sink(int fd, std::string name, offload& thread, failures policy)
    : outbox_(new outbox{.fd = fd, .name = std::move(name), .policy = policy}), thread_(thread) {}

int text_sink::fd() const { return outbox_->fd; }

void text_sink::add(std::string_view text) {
  const std::lock_guard lock(outbox_->mutex);
  outbox_->text += text;
}

std::size_t text_sink::pending() const {
  const std::lock_guard lock(outbox_->mutex);
  return outbox_->text.size();
}

task<> text_sink::reserve() {
  while (pending() >= comfortable) co_await flush();
}

task<> text_sink::flush() {
  if (outbox_->is_done()) co_return;
  auto work = [box = outbox_] { box->write(); };
  co_await thread_.run_abandonable(std::move(work));
  static_cast<void>(outbox_->is_done());
}

}  // namespace weft::app
