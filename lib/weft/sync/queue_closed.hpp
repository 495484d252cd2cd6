#pragma once

#include <stdexcept>

namespace weft {

/// Thrown by put() to a closed queue, and by get() from one that is closed and drained.
class queue_closed : public std::runtime_error {
 public:
  queue_closed() : std::runtime_error("the queue is closed") {}
  using std::runtime_error::runtime_error;
};

}  // namespace weft
