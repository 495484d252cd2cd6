// What the core benchmarks of every runtime share: allocation counts, processor time and resident memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

namespace bench {

/// Calls of malloc and its kin by this process so far, whoever made them.
std::uint64_t allocations() noexcept;

/// User and system time of the process, in seconds: unlike wall time it leaves out waiting for deadlines.
double cpu_seconds();

/// Resident memory of the process in bytes.
std::size_t resident_bytes();

inline constexpr int sleepers = 1'000'000;
inline constexpr int tasks_at_once = 1'000'000;

/// Deadlines of the sleepers after the start: far enough away that all are asleep before the first is due, then spread
/// over one second in no particular order.
inline std::vector<std::chrono::nanoseconds> sleeper_delays() {
  using namespace std::chrono_literals;
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::int64_t> spread(0, 1'000'000'000);
  std::vector<std::chrono::nanoseconds> delays(sleepers);
  for (auto& delay : delays) delay = 3s + std::chrono::nanoseconds(spread(random));
  return delays;
}

inline constexpr int naps = 10;

/// The length of a nap: up to a tenth of a second, in no particular order.
class nap_lengths {
 public:
  std::chrono::nanoseconds next() { return std::chrono::nanoseconds(spread_(random_)); }

 private:
  std::minstd_rand random_{1};
  std::uniform_int_distribution<std::int64_t> spread_{0, 100'000'000};
};

/// Blocks the thread until all of these sleepers are due. Without that the kernel's timer would decide how many wake in
/// one turn of the loop, and its calls would be most of what is measured.
inline void wait_until_due() { std::this_thread::sleep_for(std::chrono::milliseconds(4100)); }

}  // namespace bench
