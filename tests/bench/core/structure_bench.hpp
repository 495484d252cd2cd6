// The cases of structure_weft_bench.cpp and structure_asio_bench.cpp, for the mains of weft_bench.cpp and asio_bench.cpp.
#pragma once

namespace bench {

inline constexpr int structures = 100'000;

void add_structure_cases();

}  // namespace bench
