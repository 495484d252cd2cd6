#include <weft/pool/process_task.hpp>

namespace weft::detail {

void process_task::fail(std::exception_ptr error) noexcept {
  begin();
  try {
    std::rethrow_exception(error);
  } catch (const weft::cancelled& by) {
    state().end_cancelled(by.reason());
  } catch (...) {
    state().fail(std::move(error));
  }
}

void process_task::end_cancelled() noexcept {
  begin();
  state().end_cancelled(std::move(reason));
}

}  // namespace weft::detail
