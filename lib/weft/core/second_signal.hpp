#pragma once

#include <span>

namespace weft::detail {

/// While it lives, the second SIGINT or SIGTERM that the process gets, or one behind a SIGHUP, ends it in the signal
/// handler, also while the loop is held. The exit code is 128 + the signal.
///
/// Stands before the handlers of Asio's signal sets, which go on to see every signal; where the program has another
/// handler by then, that one is left alone.
/// Lifetime: made when the signal set has its signals. Several may live: they count together.
class second_signal {
 public:
  /// `numbers` are those that the signal set waits for.
  explicit second_signal(std::span<const int> numbers);
  second_signal(const second_signal&) = delete;
  second_signal& operator=(const second_signal&) = delete;
  ~second_signal();
};

}  // namespace weft::detail
