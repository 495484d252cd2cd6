// What a process, a task of a process pool, and an item between processes cost, and what the bare system calls cost: one JSON object
// a line. `exit`, as the only argument, is for itself.

#include <weft/pool/process.hpp>
#include <weft/pool/process_pool.hpp>
#include <weft/pool/process_queue.hpp>
#include <weft/pool/ring.hpp>
#include <weft/pool/worker_entry.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;

double nanoseconds(clock_type::duration d) { return std::chrono::duration<double, std::nano>(d).count(); }

void print(const char* name, double ns) { std::printf("{\"name\": \"%s\", \"ns\": %.1f}\n", name, ns); }

/// The median of the calls.
template <class F>
double median_of(int count, F f) {
  std::vector<double> all;
  for (int i = 0; i < count; ++i) {
    const auto start = clock_type::now();
    f();
    all.push_back(nanoseconds(clock_type::now() - start));
  }
  std::nth_element(all.begin(), all.begin() + count / 2, all.end());
  return all[static_cast<std::size_t>(count / 2)];
}

int give(int x) { return x; }
std::vector<std::uint8_t> give_back(std::vector<std::uint8_t> bytes) { return bytes; }
void nothing() {}

constexpr int queue_items = 500'000;
void fill_queue(weft::process_queue<int> to) {
  for (int i = 0; i < queue_items; ++i) to.put(i);
}
constexpr int ring_items = 5'000'000;
void fill_ring(weft::ring<int> to) {
  for (int i = 0; i < ring_items; ++i) to.push(i);
}

void echo(int socket) {
  std::array<char, 64> bytes{};
  while (::read(socket, bytes.data(), 32) > 0 && ::write(socket, bytes.data(), 32) > 0) {
  }
  ::_exit(0);
}

void measure_ping_pong() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return;
  const pid_t peer = ::fork();
  if (peer == 0) {
    ::close(ends[0]);
    echo(ends[1]);
  }
  std::array<char, 64> bytes{};
  print("round_trip_bare", median_of(20'000, [&] {
          if (::write(ends[0], bytes.data(), 32) < 0 || ::read(ends[0], bytes.data(), 32) < 0) std::abort();
        }));
  ::close(ends[0]);
  ::close(ends[1]);
  ::waitpid(peer, nullptr, 0);
}

template <bool Spin>
void measure_pool(const char* round_trip) {
  weft::process_pool pool({.workers = 2, .spin = Spin});
  pool.apply<&give>(0);
  print(round_trip, median_of(20'000, [&] { pool.apply<&give>(1); }));
  if (!Spin) return;
  constexpr int count = 100'000;
  const auto start = clock_type::now();
  std::vector<weft::future<int>> all;
  for (int i = 0; i < count; ++i) all.push_back(pool.submit<&give>(i));
  for (auto& each : all) each.get();
  print("throughput", nanoseconds(clock_type::now() - start) / count);
  const std::vector<std::uint8_t> large(std::size_t(16) << 20U, 1);
  print("16_mib", median_of(11, [&] { pool.apply<&give_back>(large); }));
}

void spawn_bare(char* self) {
  std::array<char, 5> word{'e', 'x', 'i', 't', 0};
  std::array<char*, 3> arguments{self, word.data(), nullptr};
  pid_t pid = 0;
  if (::posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) == 0)
    ::waitpid(pid, nullptr, 0);
}

void measure_start(char* self) {
  for (const bool large : {false, true}) {
    const std::vector<char> ballast(large ? std::size_t(1) << 30U : 1, 1);
    print(large ? "start_1_gib" : "start", median_of(40, [] {
            weft::process p;
            p.start<&nothing>();
            p.join();
          }));
    print(large ? "start_1_gib_bare" : "start_bare", median_of(40, [&] { spawn_bare(self); }));
  }
}

template <auto Fill, class Channel, class Take>
void measure_items(const char* name, int count, Channel channel, Take take) {
  weft::process p;
  p.start<Fill>(channel);
  take(channel);  // it runs
  const auto start = clock_type::now();
  for (int i = 1; i < count; ++i) take(channel);
  print(name, nanoseconds(clock_type::now() - start) / count);
  p.join();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "exit") == 0) return 0;
  weft::worker_entry(argc, argv);
  measure_ping_pong();
  measure_pool<true>("round_trip");
  measure_pool<false>("round_trip_asleep");
  measure_start(argv[0]);
  measure_items<&fill_queue>("queue", queue_items, weft::process_queue<int>(1000), [](auto& q) { q.get(); });
  measure_items<&fill_ring>("ring", ring_items, weft::ring<int>(4096), [](auto& r) { r.pop(); });
}
