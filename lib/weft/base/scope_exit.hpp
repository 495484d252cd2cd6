#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

namespace weft {

/// Runs a function when the scope ends, however it ends.
///
/// Errors: the function must not throw.
template <std::invocable F>
class [[nodiscard]] scope_exit {
 public:
  explicit scope_exit(F f) noexcept(std::is_nothrow_move_constructible_v<F>) : f_(std::move(f)) {}
  scope_exit(const scope_exit&) = delete;
  scope_exit& operator=(const scope_exit&) = delete;
  ~scope_exit() {
    if (armed_) f_();
  }

  /// The function will not run.
  void release() noexcept { armed_ = false; }

 private:
  F f_;
  bool armed_ = true;
};

}  // namespace weft
