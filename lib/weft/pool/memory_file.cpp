#include <weft/pool/memory_file.hpp>

#include <weft/base/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace weft::detail {

unique_fd make_memory_file(const char* name) {
  unique_fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw_errno(errno, "cannot make a file in memory");
  return file;
}

void write_all(const unique_fd& to, std::span<const std::span<const std::byte>> pieces) {
  for (std::span<const std::byte> piece : pieces) {
    while (!piece.empty()) {
      const auto written = ::write(to.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno(errno, "cannot write a file in memory");
      piece = piece.subspan(static_cast<std::size_t>(written));
    }
  }
}

void write_all(const unique_fd& to, std::string_view text) {
  const std::array<std::span<const std::byte>, 1> piece{std::as_bytes(std::span(text))};
  write_all(to, piece);
}

std::size_t size_of(const unique_fd& file) {
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) throw_errno(errno, "cannot look at a file in memory");
  return static_cast<std::size_t>(about.st_size);
}

std::string read_from(const unique_fd& file, std::size_t offset) {
  const std::size_t end = size_of(file);
  std::string text(end > offset ? end - offset : 0, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto got = ::pread(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, "cannot read a file in memory");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

file_mapping::file_mapping(const unique_fd& file) {
  const std::size_t size = size_of(file);
  if (size == 0) return;
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file.get(), 0);
  if (at == MAP_FAILED) throw_errno(errno, "cannot map a file in memory");
  bytes_ = {static_cast<const std::byte*>(at), size};
}

file_mapping::~file_mapping() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace weft::detail
