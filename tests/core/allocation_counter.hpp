#pragma once

#include <cstddef>

namespace core_test {

/// How often operator new was called on this thread. This program replaces it; sanitized builds do not reuse frames, so
/// that counting says nothing there.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace core_test
