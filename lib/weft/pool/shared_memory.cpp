#include <weft/pool/shared_memory.hpp>

#include <weft/base/error.hpp>

#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::detail {

unique_fd make_shared_file(const char* name, std::size_t size) {
  unique_fd file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0 ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0)
    throw_errno(errno, "cannot make memory to share");
  return file;
}

shared_mapping::shared_mapping(const unique_fd& file, std::size_t ring, std::size_t ring_size, std::size_t rings)
    : size_(ring + 2 * rings * ring_size) {
  void* room = ::mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) throw_errno(errno, "cannot map shared memory");
  at_ = static_cast<std::byte*>(room);
  const auto map = [&](std::size_t to, std::size_t size, std::size_t from) {
    return ::mmap(at_ + to, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file.get(),
                  static_cast<off_t>(from)) != MAP_FAILED;
  };
  bool mapped = map(0, ring, 0);
  for (std::size_t i = 0; i < rings && mapped; ++i) {
    const std::size_t from = ring + i * ring_size;
    const std::size_t to = ring + 2 * i * ring_size;
    mapped = map(to, ring_size, from) && map(to + ring_size, ring_size, from);
  }
  if (mapped) return;
  const int reason = errno;
  ::munmap(at_, size_);
  throw_errno(reason, "cannot map shared memory");
}

shared_mapping::~shared_mapping() {
  if (at_ != nullptr) ::munmap(at_, size_);
}

bool shared_futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::optional<time_point> deadline) noexcept {
  timespec until = {};
  if (deadline) {
    const auto since = deadline->time_since_epoch().count();
    if (since > 0) until = {.tv_sec = since / 1'000'000'000, .tv_nsec = since % 1'000'000'000};
  }
  const timespec* limit = deadline && *deadline != time_point::max() ? &until : nullptr;
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

void shared_futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
}

}  // namespace weft::detail
