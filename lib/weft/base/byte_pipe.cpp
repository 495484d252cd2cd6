#include <weft/base/byte_pipe.hpp>

#include <weft/base/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace weft {
namespace {

int write_all(int file, std::span<const char> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

byte_pipe::byte_pipe(std::size_t capacity) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "cannot create a pipe");
  if (::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(capacity)) < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw_errno(error, "cannot enlarge a pipe");
  }
  out_ = ends[0];
  in_ = ends[1];
}

byte_pipe::~byte_pipe() {
  ::close(out_);
  ::close(in_);
}

bool byte_pipe::is_full() const noexcept {
  pollfd asked{in_, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 0;
}

byte_pipe::fill_result byte_pipe::fill_from(int stream, std::size_t max) noexcept {
  const ssize_t moved = ::splice(stream, nullptr, in_, nullptr, max, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (moved < 0) return {0, errno == EINTR ? EAGAIN : errno};
  size_ += static_cast<std::size_t>(moved);
  return {static_cast<std::size_t>(moved), 0};
}

int byte_pipe::drain_to(int file) noexcept {
  while (size_ != 0) {
    const ssize_t moved = ::splice(out_, nullptr, file, nullptr, size_, SPLICE_F_MOVE);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0 && errno == EINVAL) return copy_to(file);  // a file system that has no splice
    if (moved < 0) return errno;
    if (moved == 0) return EIO;
    size_ -= static_cast<std::size_t>(moved);
  }
  return 0;
}

int byte_pipe::copy_to(int file) noexcept {
  std::array<char, 16 * 1024> block;
  while (size_ != 0) {
    const ssize_t got = ::read(out_, block.data(), std::min(block.size(), size_));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0 ? EIO : errno;
    if (const int error = write_all(file, std::span(block).first(static_cast<std::size_t>(got)))) return error;
    size_ -= static_cast<std::size_t>(got);
  }
  return 0;
}

}  // namespace weft
