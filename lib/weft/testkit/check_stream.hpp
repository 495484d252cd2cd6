#pragma once

#include <weft/core/task.hpp>
#include <weft/core/task_group.hpp>
#include <weft/testkit/failure.hpp>
#include <weft/testkit/stream_checks.hpp>

#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace weft::testkit {

/// Checks that a kind of stream behaves as every stream of weft does: `make()` gives a task of a connected pair of ends,
/// anew for each of the checks.
///
///     co_await testkit::check_stream(make_tcp_pair);
///
/// A stream has read_some, read_exactly, read_until, write_all, close, is_open, and for its end shutdown_write() (which
/// leaves the other direction as it is) or an awaitable shutdown().
///
/// What is checked: bytes arrive whole and in order, also many of them both ways at once; an empty buffer is no end;
/// the end is 0 as often as it is asked for, and an error within read_exactly and read_until; a killed read loses
/// nothing; a writer waits for a reader that does not read, and can be killed then; close() is idempotent and ends what
/// waits; writing to an end that is gone fails.
/// Errors: test_failure that says which rule is broken, with what was thrown nested in it.
template <class F>
task<> check_stream(F make) {
  auto ends = co_await std::invoke(make);
  using first = decltype(ends.first);
  using second = decltype(ends.second);
  using checks = detail::stream_checks<first, second>;
  for (const auto& rule : checks::rules) {
    auto pair = co_await std::invoke(make);
    try {
      auto body = [&](task_group& group) -> task<> { co_await rule.check(pair.first, pair.second, group); };
      co_await scope(body);
    } catch (const std::exception& failure) {
      std::throw_with_nested(
          test_failure("a stream breaks the rule '" + std::string(rule.name) + "': " + failure.what()));
    }
  }
}

}  // namespace weft::testkit
