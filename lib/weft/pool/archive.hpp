#pragma once

#include <weft/pool/encoder.hpp>

#include <type_traits>
#include <utility>

namespace weft {

template <class T>
void encode(encoder& to, const T& value);
template <class T>
[[nodiscard]] T decode(decoder& from);

namespace detail {

/// What cereal's NVP() makes: a name for people, and a reference.
template <class T>
concept named_value = requires(T v) {
  v.name;
  v.value;
};

}  // namespace detail

/// What a serialize() or save() function of cereal's shape writes to: `archive(a, b, c)`, or `archive & a`.
class output_archive {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  explicit output_archive(encoder& to) noexcept : to_(&to) {}

  template <class... T>
  output_archive& operator()(const T&... values) {
    (put(values), ...);
    return *this;
  }
  template <class T>
  output_archive& operator&(const T& value) {
    put(value);
    return *this;
  }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (detail::named_value<const T>) {
      put(value.value);
    } else {
      encode(*to_, value);
    }
  }

  encoder* to_;
};

/// What a serialize() or load() function of cereal's shape reads from.
class input_archive {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;

  explicit input_archive(decoder& from) noexcept : from_(&from) {}

  template <class... T>
  input_archive& operator()(T&&... values) {
    (get(values), ...);
    return *this;
  }
  template <class T>
  input_archive& operator&(T&& value) {
    get(value);
    return *this;
  }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (detail::named_value<T>) {
      get(value.value);
    } else {
      value = decode<T>(*from_);
    }
  }

  decoder* from_;
};

namespace detail {

template <class T>
concept member_serializable = requires(T& v, output_archive& a) { v.serialize(a); };
template <class T>
concept free_serializable = requires(T& v, output_archive& a) { serialize(a, v); };
template <class T>
concept member_saved = requires(T& v, const T& c, output_archive& out, input_archive& in) {
  c.save(out);
  v.load(in);
};
template <class T>
concept free_saved = requires(T& v, const T& c, output_archive& out, input_archive& in) {
  save(out, c);
  load(in, v);
};
/// Types with functions of cereal's shape: serialize(archive), or save(archive) const and load(archive); members or not.
template <class T>
concept serializable =
    std::is_class_v<T> && (member_serializable<T> || free_serializable<T> || member_saved<T> || free_saved<T>);

template <class T>
void write_archive(output_archive& to, const T& value) {
  // One serialize() serves both ways; when it writes, it changes nothing.
  auto& same = const_cast<T&>(value);
  if constexpr (member_saved<T>) {
    value.save(to);
  } else if constexpr (free_saved<T>) {
    save(to, value);
  } else if constexpr (member_serializable<T>) {
    same.serialize(to);
  } else {
    serialize(to, same);
  }
}

template <class T>
void read_archive(input_archive& from, T& value) {
  if constexpr (member_saved<T>) {
    value.load(from);
  } else if constexpr (free_saved<T>) {
    load(from, value);
  } else if constexpr (member_serializable<T>) {
    value.serialize(from);
  } else {
    serialize(from, value);
  }
}

}  // namespace detail

}  // namespace weft
