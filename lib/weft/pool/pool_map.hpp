#pragma once

#include <weft/core/map.hpp>
#include <weft/pool/pool_jobs.hpp>
#include <weft/pool/result_iterator.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

struct pool_map_options {
  /// Elements that are given to the pool before their results are asked for; at least one.
  std::size_t window = 64;
};

/// The results of a function over a range, in its order, while the pool works on those that follow: what
/// thread_pool::map() gives. Iterated once. Of functions without a result: std::monostate.
///
/// Ownership: has the range and the function, which all threads call. Dropped early, it cancels what waits; what has been
///            begun goes on, to the end of a copy of its element.
/// Errors:    `*it` throws what the function has thrown for its element; `++it` goes on behind it.
template <class Range, class F>
class pool_map {
  using element = std::ranges::range_value_t<Range>;
  using result = detail::call_result_t<F&, element>;

 public:
  using value_type = std::conditional_t<std::is_void_v<result>, std::monostate, result>;

  using iterator = detail::result_iterator<pool_map>;

  pool_map(std::shared_ptr<detail::pool_core> core, Range range, F f, pool_map_options options)
      : core_(std::move(core)),
        range_(std::move(range)),
        next_(std::ranges::begin(range_)),
        f_(std::make_shared<F>(std::move(f))),
        window_(std::max<std::size_t>(options.window, 1)) {
    fill();
  }
  pool_map(const pool_map&) = delete;
  pool_map& operator=(const pool_map&) = delete;
  ~pool_map() {
    for (const auto& waiting : pending_) waiting.cancel("its map() was dropped");
  }

  [[nodiscard]] iterator begin() noexcept { return iterator(*this); }
  [[nodiscard]] iterator end() noexcept { return iterator(); }

 private:
  friend iterator;

  struct call_one {
    result operator()(element&& item) const { return std::invoke(*f, std::move(item)); }
    std::shared_ptr<F> f;
  };
  using work_type = detail::submitted_work<result, call_one, element>;

  void fill() {
    for (; pending_.size() < window_ && next_ != std::ranges::end(range_); ++next_) {
      auto&& item = *next_;
      auto* work = new work_type(*core_, call_one{f_}, detail::take_element<Range>(item));
      pending_.emplace_back(detail::state_ptr<detail::future_result<result>>(work));
      core_->force(*work);
    }
  }
  [[nodiscard]] bool is_over() const noexcept { return pending_.empty(); }
  value_type& front() {
    if (!current_) detail::take_into(current_, std::move(pending_.front()));
    return *current_;
  }
  void pop() {
    current_.reset();
    pending_.pop_front();
    fill();
  }

  std::shared_ptr<detail::pool_core> core_;
  Range range_;
  std::ranges::iterator_t<Range> next_;
  std::shared_ptr<F> f_;
  const std::size_t window_;
  std::deque<future<result>> pending_;
  std::optional<value_type> current_;
};

}  // namespace weft
