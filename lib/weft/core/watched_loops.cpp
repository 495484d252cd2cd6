#include <weft/core/watched_loops.hpp>

#include <weft/core/loop.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <utility>

namespace weft::detail {

namespace {

constexpr auto answer_limit = std::chrono::milliseconds(250);
constexpr auto kill_limit = std::chrono::seconds(1);

/// What `f()` gives on the loop's thread; a loop that has ended drops the promise.
template <class R, class F>
std::future<R> ask(mailbox& mail, F f) {
  auto answer = std::make_shared<std::promise<R>>();
  auto arrival = answer->get_future();
  auto call = [answer = std::move(answer), f = std::move(f)] { answer->set_value(f()); };
  posted_call<decltype(call)>::send(mail, std::move(call));
  return arrival;
}

/// None: it has not come in time. A loop that has ended has nothing to say.
template <class R>
std::optional<R> take(std::future<R>& arrival, time_point deadline) {
  if (arrival.wait_until(deadline) != std::future_status::ready) return std::nullopt;
  try {
    return arrival.get();
  } catch (const std::future_error&) {
    return R();
  }
}

bool kill_on(loop& of, std::uint64_t id, const std::string& reason) {
  const auto& lists = of.task_lists();
  for (child_list* list = lists.front(); list != nullptr; list = lists.after(*list)) {
    for (task_state* task = list->tasks().front(); task != nullptr; task = list->tasks().after(*task)) {
      if (task->id() != id) continue;
      task->kill(make_cause_of_program("weft-top", reason));
      return true;
    }
  }
  return false;
}

}  // namespace

void watched_loops::add(loop& own) {
  const std::lock_guard guard(mutex_);
  loops_.emplace_back(own);
}

void watched_loops::remove(loop& own) noexcept {
  const std::lock_guard guard(mutex_);
  std::erase_if(loops_, [&](const loop_watch& w) { return &w.watched() == &own; });
}

void watched_loops::look(duration limit) {
  const std::lock_guard guard(mutex_);
  for (auto& each : loops_) each.look(limit);
}

bool watched_loops::sleep() {
  const std::lock_guard guard(mutex_);
  bool asleep = true;
  for (auto& each : loops_) asleep = each.sleep() && asleep;
  return asleep;
}

std::vector<watched_loops::contact> watched_loops::contacts() {
  const std::lock_guard guard(mutex_);
  std::vector<contact> all;
  for (const auto& each : loops_) all.push_back({&each.watched(), each.watched().mailbox()});
  return all;
}

std::vector<raw_task> watched_loops::copy_tasks_of(const loop& held) {
  const std::lock_guard guard(mutex_);
  for (const auto& each : loops_) {
    if (&each.watched() == &held) return each.copy_tasks();
  }
  return {};
}

std::vector<std::vector<raw_task>> watched_loops::copy_tasks() {
  const auto asked = contacts();
  std::vector<std::future<std::vector<raw_task>>> arrivals;
  for (const auto& each : asked) {
    const auto copy = [of = each.watched] { return detail::copy_tasks(*of); };
    arrivals.push_back(ask<std::vector<raw_task>>(*each.mail, copy));
  }
  const time_point deadline = std::chrono::steady_clock::now() + answer_limit;
  std::vector<std::vector<raw_task>> all;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    auto tasks = take(arrivals[i], deadline);
    all.push_back(tasks ? *std::move(tasks) : copy_tasks_of(*asked[i].watched));
  }
  return all;
}

kill_answer watched_loops::kill(std::uint64_t id, const std::string& reason) {
  std::vector<std::future<bool>> arrivals;
  for (const auto& each : contacts()) {
    const auto kill = [of = each.watched, id, reason] { return kill_on(*of, id, reason); };
    arrivals.push_back(ask<bool>(*each.mail, kill));
  }
  const time_point deadline = std::chrono::steady_clock::now() + kill_limit;
  kill_answer answer = kill_answer::unknown;
  for (auto& arrival : arrivals) {
    const auto killed = take(arrival, deadline);
    if (killed && *killed) return kill_answer::killed;
    if (!killed) answer = kill_answer::late;
  }
  return answer;
}

}  // namespace weft::detail
