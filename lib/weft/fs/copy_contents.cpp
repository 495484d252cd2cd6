#include <weft/fs/copy.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::fs {

namespace {

using side = copy_error::side;

constexpr std::size_t buffer_size = std::size_t{128} * 1024;
/// As much as is copied between two calls of `copied`.
constexpr off_t piece_size = off_t{8} * 1024 * 1024;

[[noreturn]] void fail(side where) { throw copy_error{where, errno}; }

std::byte* buffer() {
  static thread_local const auto memory = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
  return memory.get();
}

class copier {
 public:
  copier(int from, int to, const std::function<void(std::uint64_t)>& copied) noexcept
      : from_(from), to_(to), copied_(copied) {}

  /// To `end`, or that of the file. A read that ends short where the file was said to end has come to it.
  void through_memory(off_t at, off_t end, off_t said) {
    while (at < end) {
      const auto wanted = static_cast<std::size_t>(std::min<off_t>(end - at, buffer_size));
      const ssize_t got = ::pread(from_, buffer(), wanted, at);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(side::reading);
      if (got == 0) return;
      write(at, static_cast<std::size_t>(got));
      at += got;
      add(static_cast<std::uint64_t>(got));
      if (static_cast<std::size_t>(got) < wanted && at == said) return;
    }
  }

  void in_the_kernel(off_t at, off_t end) {
    const off_t begin = at;
    while (at < end) {
      off_t read_at = at;
      off_t write_at = at;
      const auto wanted = static_cast<std::size_t>(std::min<off_t>(end - at, piece_size));
      const ssize_t got = ::copy_file_range(from_, &read_at, to_, &write_at, wanted, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
        fail(errno == EIO ? side::reading : side::writing);
      }
      // Not between these two, or a file that tells its size only when it is read.
      if (got < 0 || (got == 0 && at == begin)) return through_memory(at, end, -1);
      if (got == 0) return;
      at += got;
      add(static_cast<std::uint64_t>(got));
    }
  }

  /// Only what is no hole. Gives false where the file system does not know.
  bool without_holes(off_t size) {
    off_t at = 0;
    for (;;) {
      const off_t data = ::lseek(from_, at, SEEK_DATA);
      if (data < 0 && errno == ENXIO) break;
      if (data < 0) return false;
      off_t hole = ::lseek(from_, data, SEEK_HOLE);
      if (hole < 0) return false;
      in_the_kernel(data, hole);
      at = hole;
    }
    if (::ftruncate(to_, size) != 0) fail(side::writing);
    return true;
  }

  void add(std::uint64_t bytes) {
    done_ += bytes;
    if (copied_) copied_(bytes);
  }
  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

 private:
  void write(off_t at, std::size_t size) {
    const std::byte* from = buffer();
    while (size > 0) {
      const ssize_t written = ::pwrite(to_, from, size, at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(side::writing);
      from += written;
      at += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  int from_;
  int to_;
  const std::function<void(std::uint64_t)>& copied_;
  std::uint64_t done_ = 0;
};

constexpr off_t whatever_there_is = std::numeric_limits<off_t>::max();

}  // namespace

std::uint64_t copy_contents(int from, int to, const struct stat& source,
                            const std::function<void(std::uint64_t)>& copied) {
  copier copy(from, to, copied);
  if (source.st_size <= static_cast<off_t>(buffer_size)) {
    copy.through_memory(0, whatever_there_is, source.st_size > 0 ? source.st_size : -1);
    return copy.done();
  }
  if (::ioctl(to, FICLONE, from) == 0) {
    copy.add(static_cast<std::uint64_t>(source.st_size));
    return copy.done();
  }
  const bool is_sparse = source.st_blocks < source.st_size / 512;
  if (!is_sparse || !copy.without_holes(source.st_size)) copy.in_the_kernel(0, whatever_there_is);
  return copy.done();
}

}  // namespace weft::fs
