#pragma once

#include <weft/core/map_crew.hpp>
#include <weft/core/task_group.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

struct map_options {
  /// Elements that are worked on at the same time. std::invalid_argument for 0.
  std::size_t limit = 16;
};

namespace detail {

template <class Range, class F>
using mapped_t = typename std::invoke_result_t<F&, std::ranges::range_value_t<Range>>::value_type;

template <class Range, class F>
concept mappable = std::ranges::input_range<Range> && requires(F& f, std::ranges::range_value_t<Range> item) {
  requires is_task<std::remove_cvref_t<decltype(std::invoke(f, std::move(item)))>>;
};

template <class R>
using map_result = std::conditional_t<std::is_void_v<R>, void, std::vector<value_of<R>>>;

/// The element for a task of its own: moved out of a container, which map() has a copy of; copied from a view.
template <class Range, class Item>
std::ranges::range_value_t<Range> take_element(Item& item) {
  if constexpr (std::ranges::view<Range>) {
    return item;
  } else {
    return std::move(item);
  }
}

template <class R, class F, class T>
task<void> map_one(F* f, T item, std::optional<value_of<R>>* place) {
  if constexpr (std::is_void_v<R>) {
    co_await std::invoke(*f, std::move(item));
    place->emplace();
  } else {
    place->emplace(co_await std::invoke(*f, std::move(item)));
  }
}

template <class Range, class F>
task<void> map_all(task_group& group, Range& range, F& f,
                   std::deque<std::optional<value_of<mapped_t<Range, F>>>>& places) {
  using element = std::ranges::range_value_t<Range>;
  for (auto&& item : range) {
    auto* place = &places.emplace_back();
    co_await group.spawn(&map_one<mapped_t<Range, F>, F, element>, &f, take_element<Range>(item), place);
  }
}

}  // namespace detail

/// Runs `f(x)` for each element of `range`, at most options.limit at a time, and gives the results in the order of the
/// range (nothing where f gives nothing).
///
///     const auto pages = co_await map(urls, fetch);
///
/// `range` and `f` are moved in; the range may be a generator, of which no more is asked than there is room for. Every
/// element has a task of its own, and all have ended when this returns.
/// Cancellation: of the caller reaches all of them.
/// Errors:       the first failure, of an f or of the range, cancels the others and is thrown; what another one fails
///               with then is reported as unhandled.
/// Cost:         a spawn for each element.
template <class Range, class F>
  requires detail::mappable<Range, F>
task<detail::map_result<detail::mapped_t<Range, F>>> map(Range range, F f, map_options options = {}) {
  using result = detail::mapped_t<Range, F>;
  std::deque<std::optional<detail::value_of<result>>> places;
  task_group_options limits;
  limits.max = options.limit;
  task_group group = group_access::make(limits);
  std::exception_ptr error;
  try {
    co_await detail::map_all(group, range, f, places);
  } catch (...) {
    error = std::current_exception();
  }
  group_access::end_body(group, error);
  co_await group_access::join(group);
  group_access::settle_first(group);
  if constexpr (!std::is_void_v<result>) {
    std::vector<result> results;
    results.reserve(places.size());
    for (auto& place : places) {
      if (!place) throw cancelled("a task of map() was killed");
      results.push_back(std::move(*place));
    }
    co_return results;
  }
}

template <class Range, class F>
  requires(!detail::mappable<Range, F>)
void map(Range, F, map_options = {}) = delete;  // f(x) must return a weft::task; else see std::views::transform

namespace detail {

template <class F, class R>
class map_crew final : public map_crew_base {
 public:
  map_crew(F f, std::size_t limit, map_order order) : map_crew_base(limit), f_(std::move(f)), order_(order) {}

  template <class T>
  static void start(const std::shared_ptr<map_crew>& crew, task_group* group, T&& item) {
    place* to = crew->order_ == map_order::of_range ? &crew->results_.emplace_back() : nullptr;
    if (group != nullptr) {
      crew->enlist(group_access::state(group->spawn(&run<T>, crew, std::move(item), to)));
    } else {
      const auto child = spawn_on(this_loop().root(), nullptr, &run<T>, std::shared_ptr<map_crew>(crew),
                                  std::move(item), std::move(to));
      crew->enlist(state_ptr<task_state>(&handle_access::state(child)));
    }
  }
  [[nodiscard]] value_of<R> take() {
    value_of<R> first = std::move(*results_.front());
    results_.pop_front();
    one_was_taken();
    return first;
  }

 private:
  using place = std::optional<value_of<R>>;

  // A failure is for who iterates, not for the group of the task; a kill is the task's own.
  template <class T>
  static task<void> run(std::shared_ptr<map_crew> crew, T item, place* to) {
    std::exception_ptr error;
    try {
      if constexpr (std::is_void_v<R>) {
        co_await std::invoke(crew->f_, std::move(item));
        crew->arrive(to, {});
      } else {
        crew->arrive(to, co_await std::invoke(crew->f_, std::move(item)));
      }
    } catch (...) {
      error = std::current_exception();
    }
    if (!error) {
      co_return;
    } else if (current_task().cancel_pending()) {
      std::rethrow_exception(error);
    } else {
      crew->fail(error);
    }
  }

  void arrive(place* to, value_of<R> value) {
    if (to == nullptr) to = &results_.emplace_back();
    to->emplace(std::move(value));
    std::size_t takable = this->takable();
    while (takable < results_.size() && results_[takable]) ++takable;
    one_arrived(takable);
  }

  F f_;
  map_order order_;
  std::deque<place> results_;  // from the next one to be taken on; of_range: with empty places for those that run
};

template <class Range, class F>
async_generator<value_of<mapped_t<Range, F>>> map_stream(task_group* group, Range range, F f, std::size_t limit,
                                                         map_order order) {
  using crew_type = map_crew<F, mapped_t<Range, F>>;
  auto crew = std::make_shared<crew_type>(std::move(f), limit, order);
  const map_leash leash(*crew);
  std::exception_ptr error;
  try {
    auto item = std::ranges::begin(range);
    const auto end = std::ranges::end(range);
    for (;;) {
      for (; crew->has_room() && item != end; ++item) {
        auto&& element = *item;
        crew_type::start(crew, group, take_element<Range>(element));
      }
      if (crew->is_done()) break;
      co_await crew->arrival();
      crew->check();
      co_yield crew->take();
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    crew->stop("the map has ended");
    co_await crew->all_ended();
    std::rethrow_exception(error);
  }
}

}  // namespace detail

/// As map(), giving each result as soon as it is there.
///
///     auto sizes = map_unordered(urls, fetch_size);
///     while (auto n = co_await sizes.next()) total += *n;
///
/// Work begins at the first next(); what is being worked on and what waits to be taken are at most options.limit
/// together. Nothing but std::monostate is given where f gives nothing.
/// Ownership:    the loop owns the tasks, which own `f`. When next() throws, and when close() has ended, all of them
///               have ended. Dropped early the generator kills them and does not wait: what f refers to has to live on
///               until they have ended. Where that is not so, leave the loop through `co_await g.close()`, or give the
///               group that is to own the tasks.
/// Cancellation: of the caller ends the tasks, then next() throws.
/// Errors:       as for map(), from next().
template <class Range, class F>
  requires detail::mappable<Range, F>
[[nodiscard]] auto map_unordered(Range range, F f, map_options options = {}) {
  detail::map_crew_base::check_limit(options.limit);
  return detail::map_stream(nullptr, std::move(range), std::move(f), options.limit, detail::map_order::of_ends);
}

/// The same with tasks that are children of `group`: however the loop over the results is left, the scope joins them.
/// Their failures are thrown by next() and do not cancel the group.
template <class Range, class F>
  requires detail::mappable<Range, F>
[[nodiscard]] auto map_unordered(task_group& group, Range range, F f, map_options options = {}) {
  detail::map_crew_base::check_limit(options.limit);
  return detail::map_stream(&group, std::move(range), std::move(f), options.limit, detail::map_order::of_ends);
}

/// As map_unordered(), with the results in the order of the range: Python's imap(). A result waits for those before it,
/// and counts among the options.limit that are worked on or wait to be taken: one slow element holds up what is behind
/// that window.
template <class Range, class F>
  requires detail::mappable<Range, F>
[[nodiscard]] auto imap(Range range, F f, map_options options = {}) {
  detail::map_crew_base::check_limit(options.limit);
  return detail::map_stream(nullptr, std::move(range), std::move(f), options.limit, detail::map_order::of_range);
}

template <class Range, class F>
  requires detail::mappable<Range, F>
[[nodiscard]] auto imap(task_group& group, Range range, F f, map_options options = {}) {
  detail::map_crew_base::check_limit(options.limit);
  return detail::map_stream(&group, std::move(range), std::move(f), options.limit, detail::map_order::of_range);
}

}  // namespace weft
