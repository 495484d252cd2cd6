#pragma once

namespace weft {

/// A string literal: what objects are named with. Checked by the compiler, since it has to live for ever.
class literal {
 public:
  constexpr literal() noexcept = default;
  consteval literal(const char* text) noexcept : text_(text) {}  // NOLINT(google-explicit-constructor): a literal

  [[nodiscard]] constexpr const char* c_str() const noexcept { return text_; }

 private:
  const char* text_ = "";
};

}  // namespace weft
