#pragma once

#include <functional>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// Whether a T looks at memory that belongs to somebody else, so that a task may outlive what it was given. Specialise
/// it for views of your own.
template <class T>
inline constexpr bool is_view_of_others = false;
template <class Char, class Traits>
inline constexpr bool is_view_of_others<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t Extent>
inline constexpr bool is_view_of_others<std::span<T, Extent>> = true;
template <class Range>
inline constexpr bool is_view_of_others<std::ranges::ref_view<Range>> = true;

namespace detail {

/// A view that its owner vouches for; spawn() unwraps it.
template <class View>
struct borrowed_view {
  View view;
};

/// An argument of spawn() as it is stored.
template <class T>
[[nodiscard]] T&& stored(T& argument) noexcept {
  return std::move(argument);
}
template <class View>
[[nodiscard]] View&& stored(borrowed_view<View>& argument) noexcept {
  return std::move(argument.view);
}
template <class T>
using stored_t = std::remove_cvref_t<decltype(stored(std::declval<T&>()))>;

template <class... Args>
constexpr void refuse_views() {
  static_assert((!std::is_reference_v<Args> && ...),
                "spawn(f, args...): a task may outlive what a reference refers to: pass a copy, or borrowed(x) where x "
                "certainly outlives the task");
  static_assert((!is_view_of_others<Args> && ...),
                "spawn(f, args...): a task may outlive what a string_view or span looks at: pass a std::string or "
                "std::vector, or borrowed(x) where that certainly outlives the task; task_group::spawn allows views");
}

}  // namespace detail

/// Says that what `x` is, or looks at, outlives the task it is passed to: `spawn(f, borrowed(x))`. An object is passed
/// by reference (as with std::ref), a string_view or span as itself.
template <class T>
[[nodiscard]] auto borrowed(T&& x) noexcept {
  if constexpr (is_view_of_others<std::remove_cvref_t<T>>) {
    return detail::borrowed_view<std::remove_cvref_t<T>>{x};
  } else {
    static_assert(std::is_lvalue_reference_v<T>, "borrowed(x): x is a temporary, which ends with this statement");
    return std::ref(x);
  }
}

}  // namespace weft
