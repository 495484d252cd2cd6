#pragma once

#include <weft/core/fifo.hpp>
#include <weft/core/time.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace weft {

/// Thrown by a pool that takes no more work: its queue is full, or it has been shut down.
class rejected : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

class pool_core;
struct pool_worker;

/// What reports need to know of a pool; outlives it.
struct pool_identity;

/// Why work was not done.
enum class drop_reason : std::uint8_t { rejected, expired, shut_down };

/// A piece of work, from when a pool gets it until it lets go of it.
///
/// Ownership:  the pool's, until execute() or drop(), each of which ends the pool's claim to it.
/// Invariants: under the pool's mutex: queued while it is in the queue; the runner is the worker that has it.
class pool_job : public fifo_hook {
 public:
  pool_job() = default;
  pool_job(const pool_job&) = delete;
  pool_job& operator=(const pool_job&) = delete;

  /// Does it, unless it was cancelled before; gives whether it was done.
  virtual bool execute(const std::shared_ptr<const pool_identity>& pool) noexcept = 0;
  virtual void drop(drop_reason why, const pool_identity& pool) noexcept = 0;

  time_point deadline = time_point::max();
  pool_worker* runner = nullptr;
  int priority = 0;
  bool queued = false;

 protected:
  ~pool_job() = default;
};

}  // namespace detail

}  // namespace weft
