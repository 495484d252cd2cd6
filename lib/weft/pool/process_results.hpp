#pragma once

#include <weft/pool/future.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
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

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = unordered_results::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type*;
    using reference = value_type&;

    iterator() = default;
    explicit iterator(unordered_results& owner) noexcept : owner_(&owner) {}

    reference operator*() const { return owner_->front(); }
    iterator& operator++() {
      owner_->pop();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_end() == b.at_end(); }

   private:
    [[nodiscard]] bool at_end() const noexcept { return owner_ == nullptr || owner_->left_ == 0; }

    unordered_results* owner_ = nullptr;
  };

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
  value_type& front() {
    wait_for_next();
    if (!current_) {
      if constexpr (std::is_void_v<R>) {
        std::move(all_[*next_]).get();
        current_.emplace();
      } else {
        current_.emplace(std::move(all_[*next_]).get());
      }
    }
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
