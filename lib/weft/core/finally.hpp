#pragma once

#include <weft/core/shield.hpp>
#include <weft/core/task.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// Runs the cleanup under a shield, then rethrows what is in flight; else what the cleanup failed with.
task<void> clean_up(task<void> cleanup, time_limit budget, std::exception_ptr in_flight);

template <class Cleanup>
task<void> call_cleanup(Cleanup& cleanup) {
  if constexpr (std::is_void_v<std::invoke_result_t<Cleanup&>>) {
    std::invoke(cleanup);
    co_return;
  } else {
    co_await std::invoke(cleanup);
  }
}

}  // namespace detail

/// Runs `body()`, then `cleanup()` however the body has ended: with a value, an error or a kill. The cleanup may wait:
/// it runs under a shield, for at most `budget`.
///
///     auto work = [&]() -> task<int> { … };
///     auto hang_up = [&]() -> task<> { co_await connection.say_goodbye(); };
///     const int n = co_await finally(work, hang_up);
///
/// Gives what the body gives; a kill takes effect behind the cleanup.
/// Errors: the body's. What the cleanup fails with beside it is reported as unhandled; alone, it is thrown. A cleanup
///         that used up its budget is cancelled and counts as failed with timed_out.
/// Cost:   a frame beside those of body and cleanup.
template <class F, class Cleanup>
std::invoke_result_t<F> finally(F body, Cleanup cleanup, time_limit budget = std::chrono::seconds(5)) {
  using result = typename std::invoke_result_t<F>::value_type;
  std::exception_ptr error;
  if constexpr (std::is_void_v<result>) {
    try {
      co_await std::invoke(body);
    } catch (...) {
      error = std::current_exception();
    }
    co_await detail::clean_up(detail::call_cleanup(cleanup), budget, std::move(error));
  } else {
    std::optional<result> value;
    try {
      value.emplace(co_await std::invoke(body));
    } catch (...) {
      error = std::current_exception();
    }
    co_await detail::clean_up(detail::call_cleanup(cleanup), budget, std::move(error));
    co_return std::move(*value);
  }
}

namespace detail {

template <class Resource>
task<void> close_resource(Resource& resource) {
  if constexpr (std::is_void_v<decltype(resource.close())>) {
    resource.close();
    co_return;
  } else {
    co_await resource.close();
  }
}

template <class R>
R& resource_of(R& resource) noexcept {
  return resource;
}
template <class R>
R& resource_of(std::reference_wrapper<R>& resource) noexcept {
  return resource.get();
}

template <class Resource>
using body_argument = decltype(resource_of(std::declval<Resource&>()));

}  // namespace detail

/// Runs `body(resource)`, then closes the resource with `resource.close()`, which may wait, as finally() does: Python's
/// `async with`. `resource` is moved in; std::ref(x) lends one.
///
/// Errors, budget: as for finally().
template <class Resource, class F>
  requires(!detail::is_task<Resource>)
std::invoke_result_t<F, detail::body_argument<Resource>> with(Resource resource, F body,
                                                              time_limit budget = std::chrono::seconds(5)) {
  auto run = [&] { return std::invoke(body, detail::resource_of(resource)); };
  auto close = [&] { return detail::close_resource(detail::resource_of(resource)); };
  co_return co_await finally(std::move(run), std::move(close), budget);
}

/// The same for a resource that has to be awaited first: `with(open("x"), body)`. Where that fails there is nothing to
/// close.
template <class Resource, class F>
std::invoke_result_t<F, detail::body_argument<Resource>> with(task<Resource> opening, F body,
                                                              time_limit budget = std::chrono::seconds(5)) {
  Resource opened = co_await std::move(opening);
  co_return co_await with(std::move(opened), std::move(body), budget);
}

}  // namespace weft
