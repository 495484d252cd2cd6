#pragma once

#include <weft/core/time.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <utility>

namespace weft {

/// Lets one thread at a time on: threading.Lock. Tasks take weft::mutex.
///
/// Lifetime: outlives its guards. Threads: any. Not recursive, not fair.
/// Errors:   would_deadlock from a thread that waits for what it holds. std::logic_error for a release by another thread
///           than the holder. Where the order of locks is watched (watch_lock_order(), debug builds), two that are taken in
///           both orders are reported with both places.
/// Cost:     an atomic exchange when it is free, and a sleep in the kernel when it is not.
class lock {
 public:
  /// What holds the lock, where there is one: `if (auto held = l.acquire_for(1s)) …`.
  class [[nodiscard]] guard {
   public:
    /// Holds nothing.
    guard() noexcept = default;
    guard(guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    guard& operator=(guard&& other) noexcept {
      std::swap(lock_, other.lock_);
      return *this;
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    /// Releases the lock; on another thread than the holder's that is reported, and done.
    ~guard();

    [[nodiscard]] explicit operator bool() const noexcept { return lock_ != nullptr; }
    /// Gives the lock up before the end.
    void release();

   private:
    friend class lock;
    explicit guard(lock& held) noexcept : lock_(&held) {}

    lock* lock_ = nullptr;
  };

  /// The name is for reports; empty: "lock N".
  explicit lock(std::string name = {});
  lock(const lock&) = delete;
  lock& operator=(const lock&) = delete;
  ~lock();

  /// Blocks until the calling thread holds it.
  guard acquire(std::source_location where = std::source_location::current());
  /// Blocks at most `limit`; holds nothing when that is over. Zero or less: as try_acquire().
  guard acquire_for(duration limit, std::source_location where = std::source_location::current());
  guard try_acquire(std::source_location where = std::source_location::current());

  /// Whether some thread holds it, just now.
  [[nodiscard]] bool locked() const noexcept { return word_.load(std::memory_order_relaxed) != word_free; }

 private:
  static constexpr std::uint32_t word_free = 0;
  static constexpr std::uint32_t word_held = 1;
  static constexpr std::uint32_t word_waited_for = 2;  // held, and someone may sleep

  bool take(std::optional<time_point> deadline);
  bool try_take() noexcept;
  void require_other_holder() const;
  guard taken(std::source_location where);
  void release(bool checked);

  std::atomic<std::uint32_t> word_ = word_free;
  std::atomic<int> holder_ = 0;  // thread id
  const std::uint64_t id_;
  const std::string name_;
};

}  // namespace weft
