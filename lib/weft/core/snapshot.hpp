#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <span>
#include <string>
#include <vector>

namespace weft {

class loop;

namespace detail {

class task_state;

/// What is known of a task, copied without allocating, so that a signal handler can do it too. The pointers are to
/// literals and to code.
struct raw_task {
  static constexpr std::size_t longest_name = 63;
  static constexpr std::size_t deepest_chain = 8;
  static constexpr std::size_t most_holders = 8;

  std::uint64_t id;
  std::uint64_t parent;
  std::uint64_t joiner;        // the task that waits for all of its group; 0: none
  std::int64_t waiting_since;  // CLOCK_MONOTONIC, nanoseconds, a few milliseconds coarse
  const char* wait;            // null: it does not wait
  const char* object;
  const char* type;
  const void* spawn_site;
  bool running;
  bool started;
  bool killed;
  bool kill_seen;
  std::array<char, longest_name + 1> name;
  std::array<std::source_location, deepest_chain> chain;  // innermost first
  std::size_t chain_size;
  std::array<std::uint64_t, most_holders> holders;  // tasks of which one has to act before the wait can end
  std::size_t holder_count;
};

void copy_task(const task_state& task, raw_task& to) noexcept;

/// Copies the tasks of a loop, oldest group first, as far as there is room; gives how many there are.
std::size_t copy_tasks(loop& of, std::span<raw_task> to) noexcept;

}  // namespace detail

/// One co_await of a chain of coroutines.
struct await_site {
  std::string file;
  std::uint_least32_t line = 0;
  std::string function;
};

enum class task_phase { created, ready, running, waiting };

/// How far the kill of a task that has not ended has come: asked for, or thrown at one of its waits: the task cleans up
/// since then, or has swallowed it.
enum class kill_phase { none, asked, seen };

/// A task that has not ended, as a report shows it.
struct task_info {
  std::uint64_t id = 0;
  /// The task that spawned it; 0: none did.
  std::uint64_t parent = 0;
  std::string name;
  task_phase phase = task_phase::created;
  kill_phase kill = kill_phase::none;
  /// Of a waiting task: what it waits for ("queue get"), the name of that object, for how long in seconds, and the task
  /// that has to act before the wait can end (0: not known).
  std::string wait;
  std::string object;
  double waited = 0;
  std::uint64_t holder = 0;
  /// All such tasks, where there may be several: the children of a scope, the readers of a shared_mutex (four at most),
  /// those of a joinall() (eight at most).
  std::vector<std::uint64_t> holders;
  /// Where it stands: innermost co_await first.
  std::vector<await_site> chain;
  /// The code address that spawned it, "program+0x12ab", for addr2line.
  std::string spawned_at;
};

/// Every task of the calling loop that has not ended. Cost: O(tasks), allocates.
[[nodiscard]] std::vector<task_info> tasks();

/// The same as text for people: who waits for what, where, since when, and which tasks wait for each other.
///
/// Threads: inside of run().
[[nodiscard]] std::string dump();

namespace detail {

[[nodiscard]] std::vector<raw_task> copy_tasks(loop& of);
[[nodiscard]] std::vector<task_info> describe_tasks(std::span<const raw_task> copies);
[[nodiscard]] std::string to_text(const std::vector<task_info>& tasks);
/// Tasks of which each waits for the next, and the last for the first; each ring once.
[[nodiscard]] std::vector<std::vector<std::uint64_t>> find_rings(const std::vector<task_info>& tasks);
/// "program+0x12ab"; empty when nothing is known about the address.
[[nodiscard]] std::string describe_address(const void* address);

}  // namespace detail

}  // namespace weft
