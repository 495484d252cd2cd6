#pragma once

#include <utility>

namespace weft::detail {

class owned_lock;

/// A lock that is held, given back when this ends. What the lock() of mutex, recursive_mutex and shared_mutex gives.
///
/// Ownership: movable; may be given to another task of the loop. Lifetime: within that of the lock.
template <class Owner, class Release>
class held {
 public:
  held() noexcept = default;
  held(held&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  held& operator=(held&& other) noexcept {
    held old(std::move(other));
    std::swap(owner_, old.owner_);
    return *this;
  }
  ~held() { unlock(); }

  /// Gives the lock back now. Idempotent.
  void unlock() noexcept {
    if (owner_ != nullptr) Release()(*std::exchange(owner_, nullptr));
  }
  /// Whether it holds the lock.
  [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }
  /// What it holds; null: nothing.
  [[nodiscard]] Owner* mutex() const noexcept { return owner_; }

 private:
  friend Owner;
  friend class owned_lock;
  explicit held(Owner& owner) noexcept : owner_(&owner) {}

  Owner* owner_ = nullptr;
};

}  // namespace weft::detail
