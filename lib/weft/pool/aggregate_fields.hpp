#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// Converts to whatever a field of an aggregate T wants, but not to T itself.
template <class T>
struct any_field {
  template <class Field>
    requires(!std::is_same_v<std::remove_cvref_t<Field>, T>)
  operator Field() const noexcept;  // NOLINT(google-explicit-constructor)
};

template <class T, std::size_t... I>
consteval bool takes_fields(std::index_sequence<I...> /*count*/) {
  return requires { T{(static_cast<void>(I), any_field<T>())...}; };
}

inline constexpr std::size_t max_fields = 16;

/// How many fields an aggregate has; more than max_fields where that cannot be told.
template <class T, std::size_t N = max_fields + 1>
consteval std::size_t field_count() {
  if constexpr (takes_fields<T>(std::make_index_sequence<N>())) {
    return N;
  } else if constexpr (N == 0) {
    return max_fields + 1;
  } else {
    return field_count<T, N - 1>();
  }
}

/// References to the fields of an aggregate without bases, in their order.
template <class T>
constexpr auto fields_of(T& v) noexcept {
  constexpr std::size_t n = field_count<std::remove_const_t<T>>();
  static_assert(n <= max_fields,
                "an aggregate with more fields than weft can see: give it a serialize(archive&) function");
  if constexpr (n == 0) {
    return std::tie();
  } else if constexpr (n == 1) {
    auto& [a] = v;
    return std::tie(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = v;
    return std::tie(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = v;
    return std::tie(a, b, c);
  } else if constexpr (n == 4) {
    auto& [a, b, c, d] = v;
    return std::tie(a, b, c, d);
  } else if constexpr (n == 5) {
    auto& [a, b, c, d, e] = v;
    return std::tie(a, b, c, d, e);
  } else if constexpr (n == 6) {
    auto& [a, b, c, d, e, f] = v;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (n == 7) {
    auto& [a, b, c, d, e, f, g] = v;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (n == 8) {
    auto& [a, b, c, d, e, f, g, h] = v;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (n == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = v;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (n == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (n == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (n == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (n == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (n == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, o);
  } else if constexpr (n == 15) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p);
  } else if constexpr (n == 16) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q);
  }
}

}  // namespace weft::detail
