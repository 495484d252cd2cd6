#pragma once

namespace weft::detail {

/// The links of an element of a fifo. Null while it is in none.
struct fifo_hook {
  fifo_hook* previous = nullptr;
  fifo_hook* next = nullptr;
};

/// An intrusive first-in-first-out list of T (derived from fifo_hook): one pointer, any element can leave in O(1).
///
/// Ownership: none; elements unlink themselves before they end.
/// Invariant: circular; head_->previous is the last element; an element outside has null links.
template <class T>
class fifo {
 public:
  fifo() = default;
  fifo(const fifo&) = delete;
  fifo& operator=(const fifo&) = delete;

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  [[nodiscard]] T* front() const noexcept { return static_cast<T*>(head_); }

  /// The element behind `element`, or null at the end.
  [[nodiscard]] T* after(const T& element) const noexcept {
    fifo_hook* next = static_cast<const fifo_hook&>(element).next;
    return next == head_ ? nullptr : static_cast<T*>(next);
  }

  void push_back(T& element) noexcept {
    fifo_hook& hook = element;
    if (head_ == nullptr) {
      hook.previous = hook.next = &hook;
      head_ = &hook;
      return;
    }
    hook.next = head_;
    hook.previous = head_->previous;
    head_->previous->next = &hook;
    head_->previous = &hook;
  }

  void erase(T& element) noexcept {
    fifo_hook& hook = element;
    if (hook.next == &hook) {
      head_ = nullptr;
    } else {
      hook.previous->next = hook.next;
      hook.next->previous = hook.previous;
      if (head_ == &hook) head_ = hook.next;
    }
    hook.previous = hook.next = nullptr;
  }

  T* pop_front() noexcept {
    T* first = front();
    if (first != nullptr) erase(*first);
    return first;
  }

  [[nodiscard]] static bool is_linked(const T& element) noexcept {
    return static_cast<const fifo_hook&>(element).next != nullptr;
  }

 private:
  fifo_hook* head_ = nullptr;
};

}  // namespace weft::detail
