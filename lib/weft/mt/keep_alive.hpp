#pragma once

#include <utility>

namespace weft::mt {

/// Says that another thread is going to send something to the loop, so that a main task which waits for that alone is
/// not taken for a deadlock.
///
/// Made by a task and handed to the thread. It does not keep run() from ending once the main task has ended.
/// Ownership: move-only. Lifetime: may outlive the loop. Threads: made on the loop's, then any.
/// Cost:      one allocation; letting go sends a parcel.
class keep_alive {
 public:
  /// For the running loop.
  keep_alive();
  keep_alive(keep_alive&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  keep_alive& operator=(keep_alive&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~keep_alive() { release(); }

  /// Lets go of the loop. Idempotent.
  void release() noexcept;

 private:
  class hold;

  hold* held_;
};

}  // namespace weft::mt
