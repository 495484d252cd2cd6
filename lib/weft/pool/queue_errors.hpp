#pragma once

#include <stdexcept>

namespace weft {

/// Thrown by a put that finds no room, and by a get that finds nothing, when they may not wait any longer.
class queue_full : public std::runtime_error {
 public:
  queue_full() : std::runtime_error("the queue is full") {}
  using std::runtime_error::runtime_error;
};
class queue_empty : public std::runtime_error {
 public:
  queue_empty() : std::runtime_error("the queue is empty") {}
  using std::runtime_error::runtime_error;
};

}  // namespace weft
