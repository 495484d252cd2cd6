#include <weft/pool/lock_order.hpp>

#include <weft/core/logger.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <vector>

#include <spdlog/logger.h>

namespace weft {

namespace {

struct held_lock {
  std::uint64_t lock;
  std::string name;
  std::source_location where;
};

/// Of the running thread, in the order in which they were taken.
thread_local std::vector<held_lock> held;

/// Which lock was taken while which was held. Never destroyed: locks may be static objects.
struct order_graph {
  using edges = std::map<std::uint64_t, lock_order_report::order>;

  /// The first step of a way from one lock to another; null: there is none.
  const lock_order_report::order* way(std::uint64_t from, std::uint64_t to) const {
    const auto start = after.find(from);
    if (start == after.end()) return nullptr;
    for (const auto& [next, seen] : start->second) {
      std::set<std::uint64_t> visited{from};
      if (next == to || reaches(next, to, visited)) return &seen;
    }
    return nullptr;
  }
  bool reaches(std::uint64_t from, std::uint64_t to, std::set<std::uint64_t>& visited) const {
    if (!visited.insert(from).second) return false;
    const auto start = after.find(from);
    if (start == after.end()) return false;
    return std::ranges::any_of(start->second,
                               [&](const auto& edge) { return edge.first == to || reaches(edge.first, to, visited); });
  }

  std::mutex mutex;
  std::map<std::uint64_t, edges> after;
  std::function<void(const lock_order_report&)> hook;
};

order_graph& graph() {
  static auto* the = new order_graph;
  return *the;
}

bool wanted_from_the_start() {
#ifdef NDEBUG
  const char* wanted = ::secure_getenv("WEFT_LOCK_ORDER");
  return wanted != nullptr && std::string_view(wanted) == "1";
#else
  return true;
#endif
}

std::atomic<bool>& watched() noexcept {
  static std::atomic<bool> is_watched = wanted_from_the_start();
  return is_watched;
}

std::string place(const std::source_location& where) {
  return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

std::string describe(const lock_order_report::order& order) {
  return order.second + " is taken at " + place(order.second_at) + " while " + order.first + ", taken at " +
         place(order.first_at) + ", is held";
}

void tell(const lock_order_report& report) {
  std::function<void(const lock_order_report&)> hook;
  {
    const std::lock_guard guard(graph().mutex);
    hook = graph().hook;
  }
  if (hook) return hook(report);
  logger()->error("locks may deadlock: {}", weft::describe(report));
}

}  // namespace

std::string describe(const lock_order_report& report) {
  return describe(report.here) + "; elsewhere " + describe(report.before);
}

void watch_lock_order(std::function<void(const lock_order_report&)> hook) {
  {
    const std::lock_guard guard(graph().mutex);
    graph().hook = std::move(hook);
  }
  watched().store(true, std::memory_order_relaxed);
}

namespace detail {

bool is_lock_order_watched() noexcept { return watched().load(std::memory_order_relaxed); }

void lock_wanted(std::uint64_t lock, const std::string& name, std::source_location where) {
  std::vector<lock_order_report> found;
  {
    const std::lock_guard guard(graph().mutex);
    for (const held_lock& first : held) {
      auto& edges = graph().after[first.lock];
      if (edges.contains(lock)) continue;
      const lock_order_report::order here{first.name, first.where, name, where};
      if (const auto* before = graph().way(lock, first.lock)) found.push_back({here, *before});
      edges.emplace(lock, here);
    }
  }
  for (const lock_order_report& report : found) tell(report);
}

void lock_taken(std::uint64_t lock, const std::string& name, std::source_location where) {
  held.push_back({lock, name, where});
}

void lock_released(std::uint64_t lock) noexcept {
  const auto found = std::ranges::find(held, lock, &held_lock::lock);
  if (found != held.end()) held.erase(found);
}

void lock_destroyed(std::uint64_t lock) noexcept {
  const std::lock_guard guard(graph().mutex);
  graph().after.erase(lock);
  for (auto& [other, edges] : graph().after) edges.erase(lock);
}

}  // namespace detail

}  // namespace weft
