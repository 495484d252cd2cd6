#pragma once

#include <weft/core/task_group.hpp>

#include <array>
#include <concepts>
#include <exception>
#include <optional>
#include <ranges>
#include <source_location>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft {

struct join_options {
  /// Ends the waiting, not the tasks; nothing is thrown.
  std::optional<duration> timeout = {};
  /// Whether the first failure, in the order of the range, is rethrown once the waiting is over; those of the others
  /// count as not seen then. Without it the handles tell.
  bool raise_error = true;
  /// Waits for so many of them; none: for all.
  std::optional<std::size_t> count = {};
};

namespace detail {

/// What a void task contributes to a tuple or variant.
template <class R>
using value_of = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

template <class R>
value_of<R> value_or_monostate(handle<R>& from) {
  if constexpr (std::is_void_v<R>) {
    handle_access::state(from).take();
    return {};
  } else {
    return handle_access::state(from).take();
  }
}

/// Rethrows the error of a failed task; a killed one is no failure.
void rethrow_failure(task_state& ended);

/// Waits until `count` of the tasks have ended or the time is over.
task<void> wait_for_count(std::vector<task_state*> tasks, std::size_t count, std::optional<duration> limit);

template <class R>
std::vector<task_state*> states_of(const std::vector<handle<R>>& handles) {
  std::vector<task_state*> states;
  states.reserve(handles.size());
  for (const auto& h : handles) states.push_back(&handle_access::state(h));
  return states;
}

template <class Range>
concept handle_range = std::ranges::forward_range<Range> && requires(std::ranges::range_value_t<Range> h) {
  { h.kill_join() };
  { h.ready() } -> std::convertible_to<bool>;
};

}  // namespace detail

/// Waits until every one of the tasks has ended, then rethrows the first failure in the order of the arguments. Those of
/// the others count as not seen.
///
/// Cancellation: of the caller ends the waiting; the tasks go on.
template <class... Rs>
task<void> joinall(handle<Rs>... handles) {
  (co_await detail::join_awaiter(handle_access::state(handles)), ...);
  (detail::rethrow_failure(handle_access::state(handles)), ...);
}

/// As above for a vector, which is not copied and must outlive the waiting; gives the handles of the tasks that have
/// ended, in its order.
template <class R>
task<std::vector<handle<R>>> joinall(const std::vector<handle<R>>& handles, join_options options = {}) {
  std::vector<handle<R>> ended;
  ended.reserve(handles.size());
  detail::task_state* failed = nullptr;
  auto add = [&](const handle<R>& h) {
    detail::task_state& state = handle_access::state(h);
    if (!options.raise_error) state.mark_observed();
    if (failed == nullptr && h.failed()) failed = &state;
    ended.push_back(h);
  };
  if (!options.count && !options.timeout) {
    for (const auto& h : handles) {
      co_await detail::join_awaiter(handle_access::state(h));
      add(h);
    }
  } else {
    const std::size_t count = options.count.value_or(handles.size());
    co_await detail::wait_for_count(detail::states_of(handles), count, options.timeout);
    for (const auto& h : handles) {
      if (h.ready()) add(h);
    }
  }
  if (options.raise_error && failed != nullptr) detail::rethrow_failure(*failed);
  co_return ended;
}

template <class R, class... Rs>
void joinall(task<R>, task<Rs>...) = delete;  // they do not run: write gather(f(1), f(2)), or spawn them

namespace detail {

template <class R>
task<std::vector<handle<R>>> join_owned(std::vector<handle<R>> handles, join_options options) {
  co_return co_await joinall(handles, options);
}

}  // namespace detail

/// The same for a temporary vector, or any other range of handles, which is copied.
template <class R>
task<std::vector<handle<R>>> joinall(std::vector<handle<R>>&& handles, join_options options = {}) {
  return detail::join_owned(std::move(handles), options);
}

template <detail::handle_range Range>
task<std::vector<std::ranges::range_value_t<Range>>> joinall(const Range& range, join_options options = {}) {
  return joinall(std::vector<std::ranges::range_value_t<Range>>(std::ranges::begin(range), std::ranges::end(range)),
                 options);
}

/// Kills all of the tasks first, then waits until they have ended.
template <detail::handle_range Range>
task<void> killall(Range range, std::string reason = {}, std::source_location where = std::source_location::current()) {
  for (auto& h : range) h.kill(reason, where);
  for (auto& h : range) co_await h.join();
}

namespace detail {

template <class R>
std::vector<handle<R>> adopt_all(task_group& group, std::vector<task<R>>& tasks) {
  std::vector<handle<R>> children;
  children.reserve(tasks.size());
  for (auto& t : tasks) children.push_back(group_access::adopt(group, std::move(t)));
  return children;
}

}  // namespace detail

/// Runs the tasks concurrently and gives their results (std::monostate for void). The first failure cancels the others
/// and is thrown when all of them have ended; what another one fails with then is reported as unhandled.
template <class... Rs>
task<std::tuple<detail::value_of<Rs>...>> gather(task<Rs>... tasks) {
  task_group group = group_access::make(on_error::cancel);
  std::tuple<handle<Rs>...> children{group_access::adopt(group, std::move(tasks))...};  // braces: in this order
  co_await group_access::join(group);
  group_access::settle_first(group);
  co_return std::apply(
      [](auto&... child) { return std::tuple<detail::value_of<Rs>...>(detail::value_or_monostate(child)...); },
      children);
}

template <class R, class... Rs>
void gather(handle<R>, handle<Rs>...) = delete;  // they run already: write joinall(a, b), then co_await each

/// The same for any number of tasks of one type; gives their results in order (nothing for void).
template <class R>
task<std::conditional_t<std::is_void_v<R>, void, std::vector<detail::value_of<R>>>> gather(std::vector<task<R>> tasks) {
  task_group group = group_access::make(on_error::cancel);
  std::vector<handle<R>> children = detail::adopt_all(group, tasks);
  co_await group_access::join(group);
  group_access::settle_first(group);
  if constexpr (!std::is_void_v<R>) {
    std::vector<R> results;
    results.reserve(children.size());
    for (auto& child : children) results.push_back(detail::value_or_monostate(child));
    co_return results;
  }
}

/// Runs the tasks concurrently and gives their handles when all have ended, well or not: asyncio's
/// gather(return_exceptions=True). A failure ends no other task and counts as looked at; ask failed() and error(), or
/// co_await the handle for the value. Cancellation of the caller is passed on to the tasks and thrown when they have
/// ended.
template <class... Rs>
task<std::tuple<handle<Rs>...>> gather_settled(task<Rs>... tasks) {
  task_group group = group_access::make(on_error::collect);
  std::tuple<handle<Rs>...> children{group_access::adopt(group, std::move(tasks))...};  // braces: in this order
  co_await group_access::join(group);
  group_access::settle_any(group);
  co_return children;
}

/// The same for any number of tasks of one type; their handles in order.
template <class R>
task<std::vector<handle<R>>> gather_settled(std::vector<task<R>> tasks) {
  task_group group = group_access::make(on_error::collect);
  std::vector<handle<R>> children = detail::adopt_all(group, tasks);
  co_await group_access::join(group);
  group_access::settle_any(group);
  co_return children;
}

namespace detail {

/// Remembers which of several tasks ended first, and cancels the group then.
class race_referee {
 public:
  explicit race_referee(task_group& group) noexcept : group_(group) {}
  void ended(std::size_t index) noexcept;
  [[nodiscard]] std::size_t winner() const noexcept { return winner_.value_or(0); }

 private:
  task_group& group_;
  std::optional<std::size_t> winner_;
};

class race_listener final : public completion_listener {
 public:
  void watch(race_referee& referee, std::size_t index, task_state& runner) noexcept;

 private:
  void completed(task_state& ended) noexcept override;

  race_referee* referee_ = nullptr;
  std::size_t index_ = 0;
};

/// Reports the failure of a task that lost the race, so that it is not lost.
void report_loser(task_state& loser) noexcept;

template <class... Values, class Children>
std::variant<Values...> race_result(std::size_t winner, Children& children) {
  std::optional<std::variant<Values...>> result;
  std::exception_ptr error;
  const auto settle = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    auto& child = std::get<I>(children);
    if (I != winner) {
      report_loser(handle_access::state(child));
    } else if (child.ok()) {
      result.emplace(std::in_place_index<I>, value_or_monostate(child));
    } else {
      error = child.error();
    }
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (settle(std::integral_constant<std::size_t, I>()), ...);
  }(std::index_sequence_for<Values...>());
  if (result) return std::move(*result);
  current_task().check();  // a killed caller ends for its own reason, not for that of its tasks
  std::rethrow_exception(error);
}

}  // namespace detail

/// Runs the tasks concurrently; the first one to end, well or not, decides the result, at its place in the variant. The
/// others are cancelled and have ended before this returns; what they fail with then is reported as unhandled.
template <class... Rs>
task<std::variant<detail::value_of<Rs>...>> race(task<Rs>... tasks) {
  static_assert(sizeof...(Rs) > 0, "race() needs a task");
  task_group group = group_access::make(on_error::collect);
  std::tuple<handle<Rs>...> children{group_access::adopt(group, std::move(tasks))...};  // braces: in this order
  detail::race_referee referee(group);
  std::array<detail::race_listener, sizeof...(Rs)> listeners;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (listeners[I].watch(referee, I, handle_access::state(std::get<I>(children))), ...);
  }(std::index_sequence_for<Rs...>());
  co_await group_access::join(group);
  co_return detail::race_result<detail::value_of<Rs>...>(referee.winner(), children);
}

/// What won a race between tasks of one type.
template <class R>
struct race_winner {
  std::size_t index;
  detail::value_of<R> value;
};

/// The same for any number of tasks of one type: which one ended first, and its value. Errors: std::invalid_argument
/// when there is none.
template <class R>
task<race_winner<R>> race(std::vector<task<R>> tasks) {
  if (tasks.empty()) throw std::invalid_argument("race() needs a task");
  task_group group = group_access::make(on_error::collect);
  std::vector<handle<R>> children = detail::adopt_all(group, tasks);
  detail::race_referee referee(group);
  std::vector<detail::race_listener> listeners(children.size());
  for (std::size_t i = 0; i < children.size(); ++i) listeners[i].watch(referee, i, handle_access::state(children[i]));
  co_await group_access::join(group);
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (i != referee.winner()) detail::report_loser(handle_access::state(children[i]));
  }
  handle<R>& winner = children[referee.winner()];
  if (!winner.ok()) detail::current_task().check();  // as in race_result()
  co_return race_winner<R>{referee.winner(), detail::value_or_monostate(winner)};
}

}  // namespace weft
