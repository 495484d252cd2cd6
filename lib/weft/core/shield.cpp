#include <weft/core/shield.hpp>

#include <weft/core/logger.hpp>
#include <weft/core/loop.hpp>

#include <spdlog/logger.h>

namespace weft::detail {

shield_scope::shield_scope(time_limit budget)
    : deadline_scope(deadline_after(budget.length()), kind::shield, budget.where()), budget_(budget.length()) {}

void shield_scope::report() const {
  if (!is_cancelled()) return;
  logger()->warn("task '{}': shielded work was ended after its budget of {} ms", task()->name(),
                 std::chrono::duration_cast<std::chrono::milliseconds>(budget_).count());
}

}  // namespace weft::detail
