#pragma once

#include <weft/sync/semaphore.hpp>

#include <cstddef>

namespace weft {

/// A semaphore that notices when more is released than was acquired. Everything else is as for semaphore.
class bounded_semaphore : private semaphore {
 public:
  /// `name` is shown in reports.
  explicit bounded_semaphore(std::size_t permits, literal name = {}) noexcept
      : semaphore(permits, name), limit_(permits) {}

  using semaphore::acquire;
  using semaphore::available;
  using semaphore::guard;
  using semaphore::try_acquire;

  /// Gives a permit to the first waiter, or back. Errors: std::logic_error when every permit has been given back.
  void release();

 private:
  std::size_t limit_;
};

}  // namespace weft
