#pragma once

#include <weft/core/time.hpp>
#include <weft/pool/future_state.hpp>
#include <weft/pool/pool_job.hpp>
#include <weft/pool/spin.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <thread>

namespace weft::detail {

/// A thread of a pool.
///
/// Invariants: `signal` is not `called` from when it enters the pool's list of idle workers, under the pool's mutex, until
///             call(), by who has taken it out.
struct pool_worker {
  explicit pool_worker(pool_core& of) noexcept : core(&of) {}
  pool_worker(const pool_worker&) = delete;
  pool_worker& operator=(const pool_worker&) = delete;
  ~pool_worker();

  /// Waits for call(); gives false when the deadline came first.
  bool park(std::optional<time_point> deadline) noexcept;
  /// Lets it go on. It may be gone when this returns.
  void call() noexcept;

  enum : std::uint32_t { called, looking, asleep };
  /// Memory of `size` bytes; 0: none.
  struct kept_block {
    void* block = nullptr;
    std::size_t size = 0;
  };

  pool_core* core;
  std::thread thread;
  std::atomic<std::uint32_t> signal = called;
  spin_budget spin;
  pool_job* handed = nullptr;  // under the pool's mutex: the next job, not from the queue
  // Under the pool's mutex: what the work it is at waits for.
  pool_job* waits_for = nullptr;
  const future_state* waits_for_end = nullptr;
  std::list<pool_worker>::iterator place;
  std::size_t number = 0;
  std::array<kept_block, 2> kept = {};  // the thread's own: see job_memory
};

/// The worker that the running thread is; null: none.
extern constinit thread_local pool_worker* this_pool_worker;

}  // namespace weft::detail
