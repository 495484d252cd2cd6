// The cases of sync_weft_bench.cpp and sync_asio_bench.cpp, for the mains of weft_bench.cpp and asio_bench.cpp.
#pragma once

namespace bench {

inline constexpr int hand_overs = 100'000;

void add_sync_cases();

}  // namespace bench
