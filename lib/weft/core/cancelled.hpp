#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {

/// Who cancelled a task, and how.
struct cancel_origin {
  enum class kind : std::uint8_t {
    unknown,
    kill,     ///< handle::kill(), or a signal
    scope,    ///< cancel_scope::cancel()
    group,    ///< task_group::cancel(), or the failure of a sibling
    timeout,  ///< a deadline, or the budget of a shield
  };

  kind how = kind::unknown;
  /// The task that asked (for a timeout: that set it; for a failure: that failed). Id 0: no task did; then the name is
  /// that of the program that did ("weft-top"), or empty.
  std::uint64_t task_id = 0;
  std::string task;
  /// Where kill(), cancel() or the timeout is written; line 0: not known.
  std::source_location where;
};

/// "killed by task 'main' at server.cpp:12", as far as it is known.
[[nodiscard]] std::string describe(const cancel_origin& origin);

namespace detail {

class task_state;

/// Why something was cancelled: shared by all who are told of it.
struct cancel_cause {
  std::string reason;
  cancel_origin::kind how = cancel_origin::kind::unknown;
  std::source_location where;
  std::uint64_t task_id = 0;
  std::string given_name;           // of the task that asked; empty: it has none
  const char* task_type = nullptr;  // what its name is made from then
};

using cause_ptr = std::shared_ptr<const cancel_cause>;

/// `by` is who asked; null: no task.
[[nodiscard]] cause_ptr make_cause(cancel_origin::kind how, std::string reason, const task_state* by,
                                   std::source_location where = std::source_location());
/// A kill by another program.
[[nodiscard]] cause_ptr make_cause_of_program(std::string name, std::string reason);
/// The same cause under another reason; null: one that is not known.
[[nodiscard]] cause_ptr make_cause(const cause_ptr& from, std::string reason);
/// The name of a task that was given none.
[[nodiscard]] std::string unnamed_task(std::uint64_t id, const char* type);

}  // namespace detail

/// Thrown at the waiting point of a task that was killed, and by awaiting the handle of one.
///
/// Not a std::exception, so that `catch (const std::exception&)` does not swallow a kill. Whoever catches it must
/// rethrow it: a task that swallows it gets it again at its next wait, and counts as killed when it ends.
class cancelled {
 public:
  explicit cancelled(std::string reason);
  explicit cancelled(detail::cause_ptr cause) noexcept : cause_(std::move(cause)) {}

  /// The text given to kill(), or what the runtime cancelled for ("timeout", "a sibling failed", "SIGINT").
  [[nodiscard]] const std::string& reason() const noexcept { return cause_->reason; }
  /// Who cancelled, and where that is written.
  [[nodiscard]] cancel_origin origin() const;

 private:
  friend struct cancelled_access;

  detail::cause_ptr cause_;  // never null
};

/// The cause inside, for the runtime.
struct cancelled_access {
  [[nodiscard]] static const detail::cause_ptr& cause(const cancelled& from) noexcept { return from.cause_; }
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
