#include <weft/core/event_descriptor.hpp>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::detail {

event_descriptor::event_descriptor() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

event_descriptor::~event_descriptor() { ::close(descriptor_); }

void event_descriptor::raise(int descriptor) noexcept {
  const std::uint64_t one = 1;
  // A counter that is full is raised as well.
  static_cast<void>(!::write(descriptor, &one, sizeof(one)));
}

bool event_descriptor::take() const noexcept {
  std::uint64_t count = 0;
  return ::read(descriptor_, &count, sizeof(count)) > 0;
}

}  // namespace weft::detail
