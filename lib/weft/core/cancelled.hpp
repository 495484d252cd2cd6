#pragma once

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {

/// Thrown at the waiting point of a task that was killed, and by awaiting the handle of one.
///
/// Not a std::exception, so that `catch (const std::exception&)` does not swallow a kill. Whoever catches it must
/// rethrow it: a task that swallows it gets it again at its next wait, and counts as killed when it ends.
class cancelled {
 public:
  explicit cancelled(std::string reason) : reason_(std::make_shared<const std::string>(std::move(reason))) {}

  /// The text given to kill(), or what the runtime cancelled for ("timeout", "a sibling failed", "SIGINT").
  [[nodiscard]] const std::string& reason() const noexcept { return *reason_; }

 private:
  std::shared_ptr<const std::string> reason_;
};

/// Thrown by timeout() when the deadline won.
class timed_out : public std::runtime_error {
 public:
  timed_out() : std::runtime_error("timed out") {}
  using std::runtime_error::runtime_error;
};

/// One failure of a task_group: which task, and what it threw.
struct task_error {
  std::string task;
  std::exception_ptr error;
};

/// Several failures of one task_group, in the order in which they happened.
class error_group : public std::runtime_error {
 public:
  explicit error_group(std::vector<task_error> errors);

  [[nodiscard]] const std::vector<task_error>& errors() const noexcept { return *errors_; }

 private:
  std::shared_ptr<const std::vector<task_error>> errors_;
};

/// What an exception says: what() of a std::exception, "cancelled: reason" of a kill, "unknown exception" of anything
/// else.
[[nodiscard]] std::string describe(const std::exception_ptr& error);

}  // namespace weft
