#include <weft/sync/async_result.hpp>

#include <weft/core/loop.hpp>

namespace weft::detail {

async_result_base::~async_result_base() {
  if (error_ && !error_seen_) report_unhandled(*name_.c_str() == '\0' ? "async result" : name_.c_str(), error_);
}

void async_result_base::set_error(std::exception_ptr error) {
  check_unset();
  if (!error) throw std::logic_error("an async_result was set to no error");
  error_ = std::move(error);
  wake_all();
}

void async_result_base::check_unset() const {
  if (set_) throw std::logic_error("an async_result was set twice");
}

void async_result_base::rethrow() {
  if (!error_) return;
  error_seen_ = true;
  std::rethrow_exception(error_);
}

}  // namespace weft::detail
