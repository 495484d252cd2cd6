#include <weft/pool/process_pool.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/wait.h>

namespace chaos_test {

using namespace std::chrono_literals;

/// Takes up to about a millisecond; some are large, some throw.
std::vector<std::uint8_t> work(int n) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(n % 7 * 100);
  while (std::chrono::steady_clock::now() < until) {
  }
  if (n % 11 == 0) throw std::out_of_range("on purpose");
  return std::vector<std::uint8_t>(n % 101 == 0 ? 100'000 : 10, static_cast<std::uint8_t>(n));
}

struct tally {
  std::atomic<int> good = 0;
  std::atomic<int> failed = 0;
  std::atomic<int> lost = 0;
  std::atomic<int> wrong = 0;
};

void count(weft::future<std::vector<std::uint8_t>>& done, int n, tally& to) {
  try {
    const auto bytes = done.get();
    ++(n % 11 != 0 && bytes.front() == static_cast<std::uint8_t>(n) ? to.good : to.wrong);
  } catch (const std::out_of_range&) {
    ++(n % 11 == 0 ? to.failed : to.wrong);
  } catch (const weft::worker_lost&) {
    ++to.lost;
  } catch (const std::exception& unexpected) {
    ++to.wrong;
    MESSAGE("task ", n, ": ", unexpected.what());
  }
}

/// Kills a worker every 50 ms, until it is told to stop; later when no task has ended since, as a pool gives up whose workers
/// are all killed while they start.
void kill_workers(weft::process_pool& pool, const std::atomic<bool>& over) {
  std::minstd_rand random(17);
  constexpr std::array signals{SIGKILL, SIGSEGV, SIGSTOP};
  for (std::size_t i = 0, completed = 0; !over; ++i) {
    do {
      std::this_thread::sleep_for(50ms);
    } while (!over && pool.stats().completed == completed);
    completed = pool.stats().completed;
    const auto pids = pool.pids();
    if (!pids.empty()) ::kill(pids[random() % pids.size()], signals[i % signals.size()]);
  }
}

auto count_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

TEST_CASE("process_pool: whatever dies, every future ends exactly once, and nothing is left") {
  constexpr int tasks = 10'000;
  {
    // What lives as long as the process, the spawner's descriptor, is made by the first worker.
    weft::process_pool warm({.workers = 1});
    CHECK(warm.apply<&work>(1).size() == 10);
  }
  const auto descriptors = count_descriptors();
  tally counts;
  std::atomic<int> callbacks = 0;
  {
    weft::process_pool pool({.workers = 3, .stopped_limit = 100ms});
    std::atomic<bool> over = false;
    std::thread killer([&] { kill_workers(pool, over); });
    std::vector<weft::future<std::vector<std::uint8_t>>> all;
    for (int n = 0; n < tasks; ++n) {
      all.push_back(pool.submit<&work>(n));
      all.back().on_done([&] { ++callbacks; });
    }
    for (int n = 0; n < tasks; ++n) count(all[static_cast<std::size_t>(n)], n, counts);
    over = true;
    killer.join();
  }
  CHECK(counts.wrong == 0);
  CHECK(counts.good + counts.failed + counts.lost == tasks);
  CHECK(callbacks == tasks);
  CHECK(count_descriptors() <= descriptors);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  MESSAGE(counts.lost.load(), " tasks were lost with their worker");
}

}  // namespace chaos_test
