#include <weft/core/handle.hpp>

#include <stdexcept>

namespace weft::detail {

void throw_self_join() { throw std::logic_error("a task waits for its own end"); }

task<bool> join_for(state_ptr<task_state> state, duration limit) {
  deadline_scope deadline(deadline_after(limit));
  try {
    co_await join_awaiter(*state);
  } catch (const cancelled&) {
    if (!deadline.was_hit()) throw;
  }
  if (state->ended()) state->mark_observed();
  co_return state->ended();
}

}  // namespace weft::detail
