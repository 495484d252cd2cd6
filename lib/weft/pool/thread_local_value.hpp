#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace weft {

namespace detail {

/// The values of one thread_local_value. Outlives it while a thread that is ending looks.
class local_values {
 public:
  local_values() = default;
  local_values(const local_values&) = delete;
  local_values& operator=(const local_values&) = delete;
  virtual ~local_values() = default;
  /// The thread that has `value` ends.
  virtual void drop(void* value) noexcept = 0;
};

/// What the running thread has of a thread_local_value.
struct local_slot {
  std::uint64_t key = 0;
  void* value = nullptr;
  std::weak_ptr<local_values> owner;
};

/// A number for a thread_local_value, small, and given to another once it is given back; and one that is never used again.
struct local_index {
  std::size_t place;
  std::uint64_t key;
};
[[nodiscard]] local_index take_local_index();
void give_back_local_index(std::size_t place) noexcept;

/// The running thread's slot of that number; room is made for it.
[[nodiscard]] local_slot& this_thread_slot(std::size_t place);

}  // namespace detail

/// A value of each thread that asks for it, as an object: Python's threading.local().
///
/// Ownership: has the values. One goes when its thread ends; all when it is destroyed, while no thread uses its own.
/// Threads:   any; each sees its own value, which begins as a copy of the first one, or as what the function gives.
///            for_each() is for when the others do not change theirs.
/// Cost:      get() is a few loads; the first one of a thread an allocation and a mutex.
template <class T>
class thread_local_value {
 public:
  explicit thread_local_value(T first = T())
      : thread_local_value(from_function{}, [first = std::move(first)] { return T(first); }) {}
  /// `make()` gives the first value of each thread, on that thread.
  [[nodiscard]] static thread_local_value made_by(std::function<T()> make) {
    return thread_local_value(from_function{}, std::move(make));
  }
  thread_local_value(const thread_local_value&) = delete;
  thread_local_value& operator=(const thread_local_value&) = delete;
  ~thread_local_value() { detail::give_back_local_index(index_.place); }

  /// The running thread's value.
  [[nodiscard]] T& get() {
    detail::local_slot& slot = detail::this_thread_slot(index_.place);
    if (slot.key != index_.key) [[unlikely]] {
      T* made = values_->add(make_());
      // Making it may have moved the slots.
      detail::this_thread_slot(index_.place) = {index_.key, made, values_};
      return *made;
    }
    return *static_cast<T*>(slot.value);
  }
  void set(T value) { get() = std::move(value); }
  [[nodiscard]] T& operator*() { return get(); }
  [[nodiscard]] T* operator->() { return &get(); }

  /// Calls `f(value)` for the value of every thread that has one and has not ended.
  template <class F>
  void for_each(F f) {
    const std::lock_guard guard(values_->mutex);
    for (auto& [place, value] : values_->all) f(*value);
  }

 private:
  struct from_function {};

  struct values final : detail::local_values {
    T* add(T&& value) {
      auto made = std::make_unique<T>(std::move(value));
      T* place = made.get();
      const std::lock_guard guard(mutex);
      all.emplace(place, std::move(made));
      return place;
    }
    void drop(void* value) noexcept override {
      std::unique_ptr<T> dropped;
      const std::lock_guard guard(mutex);
      const auto found = all.find(static_cast<T*>(value));
      if (found == all.end()) return;
      dropped = std::move(found->second);
      all.erase(found);
    }

    std::mutex mutex;
    std::map<T*, std::unique_ptr<T>> all;
  };

  thread_local_value(from_function /*unused*/, std::function<T()> make) : make_(std::move(make)) {}

  const std::function<T()> make_;
  const std::shared_ptr<values> values_ = std::make_shared<values>();
  const detail::local_index index_ = detail::take_local_index();
};

}  // namespace weft
