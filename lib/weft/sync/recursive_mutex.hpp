#pragma once

#include <cstddef>
#include <weft/base/literal.hpp>
#include <weft/sync/held.hpp>
#include <weft/sync/owned_lock.hpp>

namespace weft {

/// A mutex that the task which holds it may lock again; free when every guard of that task is gone.
///
/// Lifetime, threads, fairness, cancellation and cost are those of mutex.
class recursive_mutex : private detail::owned_lock {
  struct unlocking {
    void operator()(recursive_mutex& held) const noexcept { held.release(); }
  };

 public:
  using guard = detail::held<recursive_mutex, unlocking>;

  using lock_awaiter = owned_lock::awaiter<recursive_mutex>;

  recursive_mutex() = default;
  /// `name` is shown in reports.
  explicit recursive_mutex(literal name) noexcept : owned_lock(name) {}

  /// Waits until no other task holds it, and holds it once more while the guard lives.
  [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this); }
  /// Holds it once more if no other task does; else the guard is empty. Precondition: called in a task.
  [[nodiscard]] guard try_lock() noexcept { return take() ? guard(*this) : guard(); }
  /// How often the holder has locked it.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

 private:
  friend class detail::owned_lock;
  static constexpr const char* what = "recursive mutex";

  [[nodiscard]] bool take() noexcept;
  void release() noexcept;

  std::size_t depth_ = 0;  // zero while there is no holder
};

}  // namespace weft
