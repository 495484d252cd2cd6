#pragma once

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// What something has given that ends once, for all who ask: copies, and the value itself for one of them.
///
/// Threads: emplace() one, before the others know that it has ended; the rest any.
template <class R>
class shared_value {
 public:
  template <class... Args>
  void emplace(Args&&... args) {
    value_.emplace(std::forward<Args>(args)...);
  }
  /// A copy; of what cannot be copied: take(). `whose` is for errors.
  R get([[maybe_unused]] const char* whose) {
    if constexpr (std::is_void_v<R>) {
      return;
    } else if constexpr (std::is_copy_constructible_v<R>) {
      return *value_;
    } else {
      return take(whose);
    }
  }
  /// The value itself. Throws std::logic_error the second time.
  R take([[maybe_unused]] const char* whose) {
    if constexpr (!std::is_void_v<R>) {
      if (is_taken_.exchange(true)) throw std::logic_error("the result of " + std::string(whose) + " was taken twice");
      return std::move(*value_);
    }
  }

 private:
  std::optional<std::conditional_t<std::is_void_v<R>, std::true_type, R>> value_;
  std::atomic<bool> is_taken_ = false;
};

}  // namespace weft::detail
