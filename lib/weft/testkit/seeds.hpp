#pragma once

#include <weft/testkit/run.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace weft::testkit {

namespace detail {

/// The one seed that the environment asks for. Errors: std::invalid_argument when WEFT_SEED is no number.
[[nodiscard]] std::optional<std::uint64_t> chosen_seed();

/// Calls `body`; what it throws comes out nested in a test_failure that names the seed.
void with_seed(std::uint64_t seed, const std::function<void()>& body);

template <class F>
void run_seeded(std::uint64_t seed, F& f) {
  if constexpr (std::invocable<F&, std::uint64_t>) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, std::uint64_t>>) {
      f(seed);
    } else {
      run(std::ref(f), test_options{.seed = seed}, seed);
    }
  } else {
    run(std::ref(f), test_options{.seed = seed});
  }
}

}  // namespace detail

/// Runs the test `f` once under each of the seeds, each of which makes ready tasks run in another order, with a
/// simulated clock.
///
/// `f` is a test as run() takes it, with or without the seed as its argument; or a plain function of the seed, for
/// tests that combine seeds with something else. The environment variable WEFT_SEED=n has that one run only.
/// Errors: test_failure that says which seed repeats the failure, with the failure nested in it. Checks that do not
/// throw are the test framework's: print the seed with them.
template <std::ranges::input_range Seeds, class F>
void for_each_seed(Seeds&& seeds, F f) {
  if (const auto only = detail::chosen_seed()) {
    detail::with_seed(*only, [&] { detail::run_seeded(*only, f); });
    return;
  }
  for (const auto each : seeds) {
    const auto seed = static_cast<std::uint64_t>(each);
    detail::with_seed(seed, [&] { detail::run_seeded(seed, f); });
  }
}

/// The same for the seeds from 1 to `count`.
template <class F>
void for_each_seed(std::uint64_t count, F f) {
  for_each_seed(std::views::iota(std::uint64_t{1}, count + 1), std::move(f));
}

}  // namespace weft::testkit
