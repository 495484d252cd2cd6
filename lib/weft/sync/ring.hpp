#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::detail {

/// A first-in-first-out buffer of T in one block of memory.
///
/// Cost: allocates at construction, and grows by half when it is full.
template <class T>
class ring {
 public:
  explicit ring(std::size_t room) : slots_(allocate(room)), room_(room) {}
  ring(ring&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)),
        room_(std::exchange(other.room_, 0)),
        first_(std::exchange(other.first_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  ring& operator=(ring&&) = delete;
  ~ring() {
    while (size_ != 0) pop();
    deallocate();
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t index) const noexcept { return slots_[place(index)]; }

  void push(T&& item) { emplace(std::move(item)); }
  template <class... Args>
  void emplace(Args&&... args) {
    if (size_ == room_) grow();
    std::construct_at(&slots_[place(size_)], std::forward<Args>(args)...);
    ++size_;
  }
  T pop() noexcept {
    T& slot = slots_[first_];
    T item(std::move(slot));
    std::destroy_at(&slot);
    first_ = place(1);
    --size_;
    return item;
  }

 private:
  [[nodiscard]] static T* allocate(std::size_t room) { return std::allocator<T>().allocate(room); }
  void deallocate() noexcept {
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, room_);
  }
  [[nodiscard]] std::size_t place(std::size_t index) const noexcept {
    const std::size_t at = first_ + index;
    return at < room_ ? at : at - room_;
  }
  void grow() {
    ring larger(room_ + room_ / 2 + 1);
    while (size_ != 0) larger.push(pop());
    std::swap(slots_, larger.slots_);
    std::swap(room_, larger.room_);
    first_ = 0;
    size_ = std::exchange(larger.size_, 0);
  }

  T* slots_;
  std::size_t room_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace weft::detail
