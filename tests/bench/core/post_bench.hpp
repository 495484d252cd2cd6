// Calls from another thread to a loop: the same work for weft and for Asio.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// Calls that a thread sends in a row.
inline constexpr std::size_t posts = 1'000'000;
/// Calls of which each is sent when the one before has come back.
inline constexpr std::size_t round_trips = 50'000;

}  // namespace bench
