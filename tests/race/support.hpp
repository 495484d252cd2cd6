#pragma once

#include <weft/core/handle.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task.hpp>

#include <chrono>
#include <future>
#include <memory>

// What the race tests share.
namespace race_test {

/// Lets the loop go on until another thread has set the promise.
inline weft::task<> until_set(std::future<void> from_thread) {
  while (from_thread.wait_for(std::chrono::seconds(0)) != std::future_status::ready) co_await weft::yield();
}

/// A call on another thread that does not end before it is let go. Copies are one call.
class hanging_call {
 public:
  void operator()() const {
    state_->started.set_value();
    state_->released.get_future().wait();
    state_->ended.set_value();
  }
  [[nodiscard]] weft::task<> until_started() const { return until_set(state_->started.get_future()); }
  /// For any thread, when no loop is left: lets the call go on, and waits until it has ended.
  void finish() const {
    state_->released.set_value();
    state_->ended.get_future().wait();
  }

 private:
  struct promises {
    std::promise<void> started;
    std::promise<void> released;
    std::promise<void> ended;
  };
  std::shared_ptr<promises> state_ = std::make_shared<promises>();
};

/// Kills the task that waits for such a call once it has begun, and checks that this is how it ends.
inline weft::task<bool> kill_while_it_hangs(weft::handle<> waiting, hanging_call call) {
  co_await call.until_started();
  co_await waiting.kill_join();
  co_return waiting.killed();
}

}  // namespace race_test
