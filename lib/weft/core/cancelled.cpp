#include <weft/core/cancelled.hpp>

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

}  // namespace

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
