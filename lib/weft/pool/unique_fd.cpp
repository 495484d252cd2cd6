#include <weft/pool/unique_fd.hpp>

#include <weft/base/error.hpp>

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace weft::detail {

void unique_fd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

unique_fd unique_fd::duplicate() const {
  unique_fd copy(::fcntl(fd_, F_DUPFD_CLOEXEC, 10));
  if (!copy) throw_errno(errno, "cannot duplicate a descriptor");
  return copy;
}

}  // namespace weft::detail
