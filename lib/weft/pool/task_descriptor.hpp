#pragma once

#include <weft/pool/codec.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// Who has a task carried out.
class task_steps {
 public:
  /// The arguments have been read: their bytes are not needed any more.
  virtual void begin() = 0;
  /// The result has been taken down, and what was lent is still there.
  virtual void finish(encoder& result) = 0;

 protected:
  ~task_steps() = default;
};

/// What a function says of itself to another process of the same program. A constant in the program's image, found there by its
/// place: there is no registry, and nothing to be done before main().
///
/// Invariant: in the image it lies in, `self` is its own address.
struct task_descriptor {
  static constexpr std::uint64_t mark = 0x6b736174'74666577;  // "wefttask"

  std::uint64_t magic;
  const task_descriptor* self;
  /// Reads the arguments, all of them, calls the function, and takes its result down.
  void (*invoke)(decoder& arguments, task_steps& steps);
  /// Of the types of its parameters and its result.
  std::uint64_t signature;
  std::string_view name;
};

/// Where a descriptor is, in words that every process of the same program understands.
struct task_address {
  std::uint64_t image;   // of the image's build-id
  std::uint64_t offset;  // from where the image is loaded
  std::uint64_t signature;
};

[[nodiscard]] task_address locate(const task_descriptor& task);
/// Gives the descriptor; null unless there is one, with that signature, at that place.
[[nodiscard]] const task_descriptor* find_task(const task_address& at) noexcept;

/// The same for any function, as a number; what finds it gives null where there is no code.
[[nodiscard]] task_address locate_code(const void* code);
[[nodiscard]] void* find_code(const task_address& at) noexcept;

consteval std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce4'84222325;
  for (const char letter : text) value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  return value;
}

template <class T>
consteval std::string_view type_text() {
  return __PRETTY_FUNCTION__;
}

/// The name of a function as it is written, as far as the compiler tells.
template <auto F>
consteval std::string_view function_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("F = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  if (text.starts_with('&')) text.remove_prefix(1);
  if (text.starts_with('(')) text = text.substr(1, text.find_first_of(")") - 1);  // (f) of some compilers
  // Clang and g++ both end with the name, g++ puts the type before it for templates.
  return text;
}

template <class F>
struct signature_of;
template <class R, class... P>
struct signature_of<R (*)(P...)> {
  using result = R;
  static_assert(
      ((!std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>) && ...),
      "a reference that the function writes to cannot reach another process: take a value, return the result");
  using arguments = std::tuple<std::remove_cvref_t<P>...>;
};
template <class R, class... P>
struct signature_of<R (*)(P...) noexcept> : signature_of<R (*)(P...)> {};

/// A function, or a lambda without captures, as a pointer to a function.
template <auto F>
inline constexpr decltype(+F) function_pointer = +F;

template <auto F>
using task_signature = signature_of<decltype(+F)>;
template <auto F>
using task_result = typename task_signature<F>::result;
template <auto F>
using task_arguments = typename task_signature<F>::arguments;

template <auto F>
void invoke_task(decoder& arguments, task_steps& steps) {
  auto values = decode<task_arguments<F>>(arguments);
  arguments.finish();
  steps.begin();
  encoder taken;
  if constexpr (std::is_void_v<task_result<F>>) {
    std::apply(function_pointer<F>, std::move(values));
    steps.finish(taken);
  } else {
    static_assert(!std::is_reference_v<task_result<F>>, "a reference cannot come from another process: return a value");
    const auto result = std::apply(function_pointer<F>, std::move(values));
    encode(taken, result);
    steps.finish(taken);
  }
}

template <auto F>
inline constinit const task_descriptor descriptor_of = {
    task_descriptor::mark, &descriptor_of<F>, &invoke_task<F>,
    hash(type_text<task_signature<F>>()) ^ sizeof(task_arguments<F>), function_name<F>()};

/// Looked up once.
template <auto F>
const task_address& address_of() {
  static const task_address found = locate(descriptor_of<F>);
  return found;
}

/// The argument itself where it is what the function takes, else a value converted to that.
template <class Parameter, class Arg>
using converted = std::conditional_t<std::is_same_v<Parameter, Arg>, const Arg&, Parameter>;

template <class Arguments, class... Args>
struct converter;
template <class... P, class... Args>
struct converter<std::tuple<P...>, Args...> {
  static_assert((std::is_convertible_v<const Args&, converted<P, Args>> && ...),
                "the function cannot be called with these arguments");
  static std::tuple<converted<P, Args>...> convert(const Args&... args) {
    return {static_cast<converted<P, Args>>(args)...};
  }
};

/// Takes down what `F(args...)` is called with. What it gives has to live as long as what was lent to the encoder.
template <auto F, class... Args>
auto encode_arguments(encoder& to, const Args&... args) {
  using arguments = task_arguments<F>;
  static_assert(sizeof...(Args) == std::tuple_size_v<arguments>, "the function takes another number of arguments");
  auto values = converter<arguments, Args...>::convert(args...);
  if constexpr (sizeof...(Args) == 0) {
    encode(to, values);
  } else {
    std::apply([&](const auto&... each) { (encode(to, each), ...); }, values);
  }
  return values;
}

}  // namespace weft::detail
