#pragma once

#include <string_view>

namespace weft {

/// The version of the library that is linked, "major.minor.patch".
[[nodiscard]] std::string_view version() noexcept;

}  // namespace weft
