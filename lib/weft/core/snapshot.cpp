#include <weft/core/snapshot.hpp>

#include <weft/core/loop.hpp>
#include <weft/core/promise_base.hpp>
#include <weft/core/task_state.hpp>

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <spdlog/fmt/fmt.h>

#include <dlfcn.h>

namespace weft {

namespace detail {

namespace {

void copy_chain(const task_state& task, raw_task& to) noexcept {
  to.chain_size = 0;
  if (to.running || !to.started || task.body_ended()) return;
  for (auto at = task.resume_point; at && to.chain_size < to.chain.size();) {
    const promise_base& promise = promise_base::of(at);
    to.chain[to.chain_size++] = promise.site();
    at = promise.continuation();
  }
}

std::int64_t monotonic_now() noexcept {
  timespec time = {};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

task_phase phase_of(const raw_task& task) noexcept {
  if (task.running) return task_phase::running;
  if (task.wait != nullptr) return task_phase::waiting;
  return task.started ? task_phase::ready : task_phase::created;
}

kill_phase kill_of(const raw_task& task) noexcept {
  if (!task.killed) return kill_phase::none;
  return task.kill_seen ? kill_phase::seen : kill_phase::asked;
}

task_info describe(const raw_task& task, std::int64_t now) {
  task_info info;
  info.id = task.id;
  info.parent = task.parent;
  info.name = task.name.data();
  if (info.name.empty()) info.name = boost::core::demangle(task.type);
  info.phase = phase_of(task);
  info.kill = kill_of(task);
  if (info.phase == task_phase::waiting) {
    info.wait = task.wait;
    info.object = task.object;
    info.holders.assign(task.holders.begin(), task.holders.begin() + static_cast<std::ptrdiff_t>(task.holder_count));
    if (task.started) info.waited = std::max(0.0, static_cast<double>(now - task.waiting_since) / 1e9);
  }
  for (const auto& at : std::span(task.chain).first(task.chain_size)) {
    if (at.line() != 0) info.chain.push_back({at.file_name(), at.line(), at.function_name()});
  }
  info.spawned_at = describe_address(task.spawn_site);
  return info;
}

/// Those who wait for the end of a group wait for each of its tasks. Precondition: sorted.
void add_children(std::vector<task_info>& infos, std::span<const raw_task> copies) {
  for (const raw_task& child : copies) {
    if (child.joiner == 0) continue;
    const auto joiner = std::ranges::lower_bound(infos, child.joiner, {}, &task_info::id);
    if (joiner != infos.end() && joiner->id == child.joiner && joiner->phase == task_phase::waiting)
      joiner->holders.push_back(child.id);
  }
}

}  // namespace

void copy_task(const task_state& task, raw_task& to) noexcept {
  to = {};
  to.id = task.id();
  to.parent = task.parent_id();
  to.type = task.callable_type();
  to.spawn_site = task.spawn_site();
  if (const task_state* joiner = task.joiner()) to.joiner = joiner->id();
  to.running = this_scheduler.current == &task;
  to.started = task.status() != task_status::created;
  to.killed = task.is_killed();
  to.kill_seen = task.has_seen_kill();
  const std::string_view name = task.given_name();
  std::copy_n(name.data(), std::min(name.size(), raw_task::longest_name), to.name.begin());
  if (const waiter* on = task.waiting_on; on != nullptr && !to.running) {
    to.wait = on->what();
    to.object = on->object();
    to.holder_count = on->holders(to.holders);
    to.waiting_since = task.waiting_since;
  }
  copy_chain(task, to);
}

std::size_t copy_tasks(loop& of, std::span<raw_task> to) noexcept {
  std::size_t count = 0;
  const auto& lists = of.task_lists();
  for (const child_list* list = lists.front(); list != nullptr; list = lists.after(*list)) {
    for (const task_state* task = list->tasks().front(); task != nullptr; task = list->tasks().after(*task)) {
      if (count < to.size()) copy_task(*task, to[count]);
      ++count;
    }
  }
  return count;
}

std::vector<raw_task> copy_tasks(loop& of) {
  std::vector<raw_task> copies(copy_tasks(of, {}));
  copy_tasks(of, copies);
  return copies;
}

std::vector<task_info> describe_tasks(std::span<const raw_task> copies) {
  const std::int64_t now = monotonic_now();
  std::vector<task_info> infos;
  infos.reserve(copies.size());
  for (const raw_task& task : copies) infos.push_back(describe(task, now));
  std::ranges::sort(infos, {}, &task_info::id);
  add_children(infos, copies);
  for (task_info& info : infos) info.holder = info.holders.empty() ? 0 : info.holders.front();
  return infos;
}

std::string describe_address(const void* address) {
  Dl_info found = {};
  if (address == nullptr || ::dladdr(address, &found) == 0 || found.dli_fname == nullptr) return {};
  const auto offset = static_cast<const char*>(address) - static_cast<const char*>(found.dli_fbase);
  return fmt::format("{}+{:#x}", found.dli_fname, offset);
}

}  // namespace detail

std::vector<task_info> tasks() { return detail::describe_tasks(detail::copy_tasks(this_loop())); }

std::string dump() { return detail::to_text(tasks()); }

}  // namespace weft
