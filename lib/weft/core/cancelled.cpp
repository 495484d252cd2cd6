#include <weft/core/cancelled.hpp>

#include <weft/core/task_state.hpp>

#include <boost/core/demangle.hpp>

#include <string_view>

namespace weft {

namespace {

std::string summary(const std::vector<task_error>& errors) {
  std::string text = std::to_string(errors.size()) + (errors.size() == 1 ? " task failed" : " tasks failed");
  const char* separator = ": ";
  for (const auto& [task, error] : errors) {
    text += separator + task + " (" + describe(error) + ")";
    separator = ", ";
  }
  return text;
}

const char* verb(cancel_origin::kind how) {
  switch (how) {
    case cancel_origin::kind::kill: return "killed";
    case cancel_origin::kind::group: return "cancelled with its group";
    case cancel_origin::kind::timeout: return "ended by a timeout";
    default: return "cancelled";
  }
}

}  // namespace

namespace detail {

cause_ptr make_cause(cancel_origin::kind how, std::string reason, const task_state* by, std::source_location where) {
  auto cause = std::make_shared<cancel_cause>();
  cause->reason = std::move(reason);
  cause->how = how;
  cause->where = where;
  if (by != nullptr) {
    cause->task_id = by->id();
    cause->given_name = by->given_name();
    cause->task_type = by->callable_type();
  }
  return cause;
}

cause_ptr make_cause_of_program(std::string name, std::string reason) {
  auto cause = std::make_shared<cancel_cause>();
  cause->reason = std::move(reason);
  cause->how = cancel_origin::kind::kill;
  cause->given_name = std::move(name);
  return cause;
}

cause_ptr make_cause(const cause_ptr& from, std::string reason) {
  auto cause = from ? std::make_shared<cancel_cause>(*from) : std::make_shared<cancel_cause>();
  cause->reason = std::move(reason);
  return cause;
}

std::string unnamed_task(std::uint64_t id, const char* type) {
  return "#" + std::to_string(id) + " " + boost::core::demangle(type);
}

}  // namespace detail

cancelled::cancelled(std::string reason) : cause_(detail::make_cause(detail::cause_ptr(), std::move(reason))) {}

cancel_origin cancelled::origin() const {
  cancel_origin origin;
  origin.how = cause_->how;
  origin.where = cause_->where;
  origin.task_id = cause_->task_id;
  if (!cause_->given_name.empty()) {
    origin.task = cause_->given_name;
  } else if (cause_->task_id != 0) {
    origin.task = detail::unnamed_task(cause_->task_id, cause_->task_type);
  }
  return origin;
}

std::string describe(const cancel_origin& origin) {
  std::string text = verb(origin.how);
  if (!origin.task.empty() && origin.task_id == 0) {
    text += " by " + origin.task;
  } else if (!origin.task.empty()) {
    text += (origin.how == cancel_origin::kind::timeout ? " of task '" : " by task '") + origin.task + "'";
  }
  if (origin.where.line() != 0) {
    const std::string_view file = origin.where.file_name();
    text += " at " + std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(origin.where.line());
  }
  return text;
}

error_group::error_group(std::vector<task_error> errors)
    : std::runtime_error(summary(errors)),
      errors_(std::make_shared<const std::vector<task_error>>(std::move(errors))) {}

std::string describe(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (const cancelled& e) {
    return "cancelled: " + e.reason();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace weft
