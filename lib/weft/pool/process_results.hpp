#pragma once

#include <weft/pool/future.hpp>
#include <weft/pool/result_iterator.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft {

namespace detail {

/// The values, in order; of functions without a result: nothing. Waits for all, then throws the first failure.
template <class R>
auto collect(std::vector<future<R>>& all) {
  for (const auto& each : all) each.wait();
  if constexpr (std::is_void_v<R>) {
    for (auto& each : all) std::move(each).get();
  } else {
    std::vector<R> values;
    values.reserve(all.size());
    for (auto& each : all) values.push_back(std::move(each).get());
    return values;
  }
}

}  // namespace detail

/// The results of several pieces of work as they come: what process_pool::map_unordered() gives. Iterated once, on one thread; waiting
/// blocks it. Of functions without a result: std::monostate.
///
/// Ownership: has the futures. Dropped early, it cancels what has not ended.
/// Errors:    `*it` throws what the work has failed with; `++it` goes on behind it.
template <class R>
class unordered_results {
 public:
  using value_type = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  using iterator = detail::result_iterator<unordered_results>;

  unordered_results() : ended_(std::make_shared<ended_list>()) {}
  unordered_results(unordered_results&&) noexcept = default;
  unordered_results& operator=(unordered_results&&) = delete;
  ~unordered_results() {
    for (const auto& each : all_) {
      if (each && !each.ready()) each.cancel("its results were dropped");
    }
  }

  void add(future<R> work) {
    const std::size_t place = all_.size();
    all_.push_back(std::move(work));
    ++left_;
    all_.back().on_done([place, ended = ended_] {
      const std::lock_guard guard(ended->mutex);
      ended->places.push_back(place);
      ended->added.notify_one();
    });
  }

  [[nodiscard]] iterator begin() noexcept { return iterator(*this); }
  [[nodiscard]] iterator end() noexcept { return iterator(); }

 private:
  friend iterator;

  struct ended_list {
    std::mutex mutex;
    std::condition_variable added;
    std::deque<std::size_t> places;  // under mutex: of futures that have ended, in that order
  };

  void wait_for_next() {
    if (next_) return;
    std::unique_lock guard(ended_->mutex);
    ended_->added.wait(guard, [this] { return !ended_->places.empty(); });
    next_ = ended_->places.front();
    ended_->places.pop_front();
  }
  [[nodiscard]] bool is_over() const noexcept { return left_ == 0; }
  value_type& front() {
    wait_for_next();
    if (!current_) detail::take_into(current_, std::move(all_[*next_]));
    return *current_;
  }
  void pop() {
    wait_for_next();
    all_[*next_] = future<R>();
    next_.reset();
    current_.reset();
    --left_;
  }

  std::shared_ptr<ended_list> ended_;
  std::vector<future<R>> all_;
  std::size_t left_ = 0;
  std::optional<std::size_t> next_;
  std::optional<value_type> current_;
};

}  // namespace weft
