#pragma once

#include <weft/pool/aggregate_fields.hpp>
#include <weft/pool/archive.hpp>
#include <weft/pool/encoder.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft {

/// How a T becomes bytes and comes back. Specialise it for a type of your own: encode(encoder&, const T&) and
/// decode(decoder&) -> T.
///
/// There are codecs for arithmetic types, enums, strings, paths, durations and time points, the standard containers, optional,
/// variant, tuple, pair, unique_ptr; for aggregates of at most 16 fields that have codecs; and for types with a serialize
/// function as cereal has it.
/// Errors: encode throws what the value's own functions throw; decode throws codec_error.
template <class T>
struct codec;

/// Takes `value` down.
template <class T>
void encode(encoder& to, const T& value) {
  codec<T>::encode(to, value);
}

template <class T>
[[nodiscard]] T decode(decoder& from) {
  return codec<T>::decode(from);
}

namespace detail {

/// A container of the standard library's kind, or of another's.
template <class T>
concept container = requires(T c, typename T::value_type v) {
  c.begin();
  c.end();
  { c.size() } -> std::convertible_to<std::size_t>;
  c.insert(c.end(), std::move(v));
};

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

/// Aggregates that are taken apart field by field.
template <class T>
concept plain_aggregate = std::is_aggregate_v<T> && std::is_class_v<T> && !is_std_array<T> && !serializable<T>;

template <class T>
consteval bool is_bitwise();

template <class... Fields>
consteval std::size_t bitwise_size(std::type_identity<std::tuple<Fields&...>> /*of*/) {
  return (is_bitwise<Fields>() && ...) ? (sizeof(Fields) + ... + 0) : 0;
}

/// Whether every pattern of bits is a value and none is left out: such values are copied as blocks.
template <class T>
consteval bool is_bitwise() {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, long double>) {
    return false;
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    return true;
  } else if constexpr (is_std_array<T>) {
    return is_bitwise<typename T::value_type>() && std::tuple_size_v<T> != 0;
  } else if constexpr (is_duration<T>) {
    return is_bitwise<typename T::rep>();
  } else if constexpr (plain_aggregate<T> && std::is_trivially_copyable_v<T>) {
    return bitwise_size(std::type_identity<decltype(fields_of(std::declval<T&>()))>()) == sizeof(T);
  } else {
    return false;
  }
}

template <class T>
struct bitwise_codec {
  static void encode(encoder& to, const T& value) { to.copy(&value, sizeof value); }
  static T decode(decoder& from) {
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), from.take(sizeof(T)).data(), sizeof(T));
    return std::bit_cast<T>(bytes);
  }
};

/// Element by element, whatever it is.
template <class T>
struct container_codec {
  using item = typename T::value_type;

  static void encode(encoder& to, const T& value) {
    to.length(value.size());
    for (const auto& each : value) weft::encode<item>(to, each);
  }
  static T decode(decoder& from) {
    const decoder::nested level(from);
    T value;
    for (std::size_t left = from.length(1); left != 0; --left) value.insert(value.end(), weft::decode<item>(from));
    return value;
  }
};

/// One block.
template <class T>
struct block_codec {
  using item = typename T::value_type;

  static void encode(encoder& to, const T& value) {
    to.length(value.size());
    to.lend(value.data(), value.size() * sizeof(item));
  }
  static T decode(decoder& from) {
    const std::size_t count = from.length(sizeof(item));
    const auto bytes = from.take(count * sizeof(item));
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(item) == 0) {
      const auto* first = reinterpret_cast<const item*>(bytes.data());
      return T(first, first + count);
    }
    T value(count, item());
    if (count != 0) std::memcpy(value.data(), bytes.data(), bytes.size());
    return value;
  }
};

template <class T>
struct aggregate_codec {
  static void encode(encoder& to, const T& value) {
    // Nothing takes no bytes: a length always counts something.
    if constexpr (std::is_empty_v<T>) to.number(std::uint8_t(0));
    std::apply([&](const auto&... field) { (weft::encode(to, field), ...); }, fields_of(value));
  }
  static T decode(decoder& from) {
    const decoder::nested level(from);
    if constexpr (std::is_empty_v<T>) static_cast<void>(from.template number<std::uint8_t>());
    return make(from, std::type_identity<decltype(fields_of(std::declval<T&>()))>());
  }

 private:
  template <class... Fields>
  static T make(decoder& from, std::type_identity<std::tuple<Fields&...>> /*of*/) {
    return T{weft::decode<std::remove_const_t<Fields>>(from)...};
  }
};

template <class T>
struct tuple_codec {
  static void encode(encoder& to, const T& value) {
    if constexpr (std::tuple_size_v<T> == 0) to.number(std::uint8_t(0));
    std::apply([&](const auto&... each) { (weft::encode(to, each), ...); }, value);
  }
  static T decode(decoder& from) {
    if constexpr (std::tuple_size_v<T> == 0) static_cast<void>(from.template number<std::uint8_t>());
    return make(from, std::make_index_sequence<std::tuple_size_v<T>>());
  }

 private:
  template <std::size_t... I>
  static T make(decoder& from, std::index_sequence<I...> /*all*/) {
    return T{weft::decode<std::remove_const_t<std::tuple_element_t<I, T>>>(from)...};
  }
};

template <class T>
struct archive_codec {
  static void encode(encoder& to, const T& value) {
    to.number(std::uint8_t(0));
    output_archive archive(to);
    write_archive(archive, value);
  }
  static T decode(decoder& from) {
    const decoder::nested level(from);
    static_cast<void>(from.template number<std::uint8_t>());
    T value{};
    input_archive archive(from);
    read_archive(archive, value);
    return value;
  }
};

template <class T>
inline constexpr bool never_sent = false;

/// Says at compile time why there is none.
template <class T>
struct no_codec {
  static_assert(!std::is_pointer_v<T> && !std::is_member_pointer_v<T>,
                "a pointer means nothing in another process: send the value it points to, or a std::unique_ptr to it");
  static_assert(
      std::is_pointer_v<T> || std::is_member_pointer_v<T> || never_sent<T>,
      "this type cannot be sent to another process: it is a view, a callable, or has private fields and neither a "
      "serialize(archive&) function nor a weft::codec");
};

template <class T>
consteval auto choose_codec() {
  if constexpr (serializable<T>) {
    return std::type_identity<archive_codec<T>>();
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || is_bitwise<T>()) {
    return std::type_identity<bitwise_codec<T>>();
  } else if constexpr (container<T>) {
    return std::type_identity<container_codec<T>>();
  } else if constexpr (plain_aggregate<T>) {
    return std::type_identity<aggregate_codec<T>>();
  } else {
    return std::type_identity<no_codec<T>>();
  }
}

}  // namespace detail

template <class T>
struct codec : decltype(detail::choose_codec<T>())::type {};

template <>
struct codec<bool> {
  static void encode(encoder& to, bool value) { to.number(static_cast<std::uint8_t>(value)); }
  static bool decode(decoder& from) {
    const auto byte = from.number<std::uint8_t>();
    if (byte > 1) throw codec_error("neither true nor false");
    return byte == 1;
  }
};

template <class Char, class Traits, class Allocator>
struct codec<std::basic_string<Char, Traits, Allocator>>
    : detail::block_codec<std::basic_string<Char, Traits, Allocator>> {};

template <class T, class Allocator>
struct codec<std::vector<T, Allocator>>
    : std::conditional_t<detail::is_bitwise<T>(), detail::block_codec<std::vector<T, Allocator>>,
                         detail::container_codec<std::vector<T, Allocator>>> {};

template <>
struct codec<std::filesystem::path> {
  static void encode(encoder& to, const std::filesystem::path& value) { weft::encode(to, value.native()); }
  static std::filesystem::path decode(decoder& from) { return weft::decode<std::string>(from); }
};

template <class Rep, class Period>
struct codec<std::chrono::duration<Rep, Period>> {
  using type = std::chrono::duration<Rep, Period>;
  static void encode(encoder& to, const type& value) { weft::encode(to, value.count()); }
  static type decode(decoder& from) { return type(weft::decode<Rep>(from)); }
};

template <class Clock, class Duration>
struct codec<std::chrono::time_point<Clock, Duration>> {
  using type = std::chrono::time_point<Clock, Duration>;
  static void encode(encoder& to, const type& value) { weft::encode(to, value.time_since_epoch()); }
  static type decode(decoder& from) { return type(weft::decode<Duration>(from)); }
};

template <class T, std::size_t N>
struct codec<std::array<T, N>> {
  static void encode(encoder& to, const std::array<T, N>& value) {
    if constexpr (N == 0) to.number(std::uint8_t(0));
    for (const T& each : value) weft::encode(to, each);
  }
  static std::array<T, N> decode(decoder& from) {
    if constexpr (N == 0) static_cast<void>(from.number<std::uint8_t>());
    return make(from, std::make_index_sequence<N>());
  }

 private:
  template <std::size_t... I>
  static std::array<T, N> make([[maybe_unused]] decoder& from, std::index_sequence<I...> /*all*/) {
    return {{(static_cast<void>(I), weft::decode<T>(from))...}};
  }
};

template <class T, std::size_t N>
  requires(detail::is_bitwise<T>() && N != 0)
struct codec<std::array<T, N>> : detail::bitwise_codec<std::array<T, N>> {};

template <class A, class B>
struct codec<std::pair<A, B>> : detail::tuple_codec<std::pair<A, B>> {};

template <class... T>
struct codec<std::tuple<T...>> : detail::tuple_codec<std::tuple<T...>> {};

template <class T>
struct codec<std::optional<T>> {
  static void encode(encoder& to, const std::optional<T>& value) {
    weft::encode(to, value.has_value());
    if (value) weft::encode(to, *value);
  }
  static std::optional<T> decode(decoder& from) {
    const decoder::nested level(from);
    if (!weft::decode<bool>(from)) return {};
    return weft::decode<T>(from);
  }
};

template <class T>
struct codec<std::unique_ptr<T>> {
  static void encode(encoder& to, const std::unique_ptr<T>& value) {
    weft::encode(to, value != nullptr);
    if (value) weft::encode(to, *value);
  }
  static std::unique_ptr<T> decode(decoder& from) {
    const decoder::nested level(from);
    if (!weft::decode<bool>(from)) return nullptr;
    return std::make_unique<T>(weft::decode<T>(from));
  }
};

template <>
struct codec<std::monostate> {
  static void encode(encoder& to, std::monostate /*value*/) { to.number(std::uint8_t(0)); }
  static std::monostate decode(decoder& from) {
    static_cast<void>(from.number<std::uint8_t>());
    return {};
  }
};

template <class... T>
struct codec<std::variant<T...>> {
  using type = std::variant<T...>;
  static void encode(encoder& to, const type& value) {
    if (value.valueless_by_exception()) throw codec_error("a variant without a value");
    to.number(static_cast<std::uint32_t>(value.index()));
    std::visit([&](const auto& each) { weft::encode(to, each); }, value);
  }
  static type decode(decoder& from) {
    const decoder::nested level(from);
    return choose(from, from.number<std::uint32_t>(), std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... I>
  static type choose(decoder& from, std::uint32_t index, std::index_sequence<I...> /*all*/) {
    std::optional<type> value;
    static_cast<void>(((I == index && (value.emplace(make<I>(from)), true)) || ...));
    if (!value) throw codec_error("a variant has no such alternative");
    return std::move(*value);
  }
  template <std::size_t I>
  static type make(decoder& from) {
    return type(std::in_place_index<I>, weft::decode<std::variant_alternative_t<I, type>>(from));
  }
};

}  // namespace weft
