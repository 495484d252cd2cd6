#pragma once

#include <weft/pool/codec.hpp>
#include <weft/pool/task_descriptor.hpp>

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class T>
inline constexpr std::uint64_t type_hash = hash(type_text<T>());

template <class F>
struct only_parameter;
template <class C, class P>
struct only_parameter<void (C::*)(P)> {
  using type = std::remove_cvref_t<P>;
};
template <class C, class P>
struct only_parameter<void (C::*)(P) const> {
  using type = std::remove_cvref_t<P>;
};

/// Takes one value and gives nothing.
template <class F>
concept progress_callback = requires { typename only_parameter<decltype(&F::operator())>::type; };

}  // namespace detail

/// Who is told what a task reports while it runs: made of a callable that takes one value and gives nothing.
class progress_hook {
 public:
  progress_hook() = default;
  template <detail::progress_callback F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, progress_hook>)
  progress_hook(F told)  // NOLINT(google-explicit-constructor): so that a lambda will do
      : call_([told = std::move(told)](decoder& from) {
          using value = typename detail::only_parameter<decltype(&F::operator())>::type;
          if (from.number<std::uint64_t>() != detail::type_hash<value>)
            throw codec_error("a task reports another type than on_progress takes");
          told(decode<value>(from));
        }) {}

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(call_); }
  void operator()(decoder& report) const { call_(report); }

 private:
  std::function<void(decoder&)> call_;
};

}  // namespace weft
