#include <weft/base/byte_pipe.hpp>

#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using weft::byte_pipe;

namespace {

/// Two connected streams that do not block.
struct streams {
  streams() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0); }
  streams(const streams&) = delete;
  streams& operator=(const streams&) = delete;
  ~streams() {
    end();
    ::close(ends[0]);
  }
  void send(const std::string& text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
  }
  [[nodiscard]] int reader() const { return ends[0]; }

  std::array<int, 2> ends{-1, -1};
};

/// A file without a name, open as it is asked for.
struct nameless_file {
  explicit nameless_file(int flags) : descriptor(::open("/tmp", O_TMPFILE | O_CLOEXEC | flags, 0600)) {
    REQUIRE(descriptor >= 0);
  }
  nameless_file(const nameless_file&) = delete;
  nameless_file& operator=(const nameless_file&) = delete;
  ~nameless_file() { ::close(descriptor); }

  [[nodiscard]] std::string content() const {
    std::string text(1 << 20, '\0');
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    REQUIRE(size >= 0);
    text.resize(static_cast<std::size_t>(size));
    return text;
  }

  int descriptor;
};

}  // namespace

TEST_CASE("byte_pipe: what a stream has goes through to the file, and the end of the stream is 0 without an error") {
  streams from;
  const nameless_file to(O_RDWR);
  byte_pipe through(64 * 1024);
  CHECK(through.fill_from(from.reader(), 100).error == EAGAIN);
  CHECK_FALSE(through.is_full());
  from.send("hello world");
  CHECK(through.fill_from(from.reader(), 6).moved == 6);
  CHECK(through.size() == 6);
  CHECK(through.drain_to(to.descriptor) == 0);
  CHECK(through.size() == 0);
  CHECK(through.fill_from(from.reader(), 100).moved == 5);
  from.end();
  const auto ended = through.fill_from(from.reader(), 100);
  CHECK(ended.moved == 0);
  CHECK(ended.error == 0);
  CHECK(through.drain_to(to.descriptor) == 0);
  CHECK(to.content() == "hello world");
}

TEST_CASE("byte_pipe: a full one takes no more, and says so until it is drained") {
  const streams from;
  const nameless_file to(O_RDWR);
  byte_pipe through(4096);
  const std::string text(4096, 'x');
  std::size_t moved = 0;
  while (!through.is_full()) {
    from.send(text);
    moved += through.fill_from(from.reader(), text.size()).moved;
  }
  CHECK(through.size() == moved);
  from.send(text);
  CHECK(through.fill_from(from.reader(), 1).error == EAGAIN);
  CHECK(through.drain_to(to.descriptor) == 0);
  CHECK_FALSE(through.is_full());
  CHECK(to.content() == std::string(moved, 'x'));
}

TEST_CASE("byte_pipe: a file that cannot be spliced to gets the bytes by copying") {
  const streams from;
  const nameless_file to(O_RDWR | O_APPEND);  // splice(2) refuses O_APPEND with EINVAL
  byte_pipe through(64 * 1024);
  from.send("hello");
  CHECK(through.fill_from(from.reader(), 100).moved == 5);
  CHECK(through.drain_to(to.descriptor) == 0);
  CHECK(through.size() == 0);
  CHECK(to.content() == "hello");
}

TEST_CASE("byte_pipe: a failing file or stream is an error value, a capacity that is refused is thrown") {
  const streams from;
  const nameless_file to(O_RDWR);
  byte_pipe through(64 * 1024);
  from.send("hello");
  CHECK(through.fill_from(from.reader(), 100).moved == 5);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  CHECK(through.drain_to(full) == ENOSPC);
  ::close(full);
  CHECK(through.fill_from(-1, 100).error == EBADF);
  CHECK_THROWS_AS(byte_pipe(std::size_t{1} << 31), boost::system::system_error);
}
