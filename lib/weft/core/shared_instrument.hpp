#pragma once

#include <weft/core/instrument.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace weft::detail {

/// One instrument for the loops of several threads: called by one at a time. Does not pass on loop_ended().
class shared_instrument final : public instrument {
 public:
  explicit shared_instrument(std::shared_ptr<instrument> to) noexcept : to_(std::move(to)) {}

  void task_spawned(task_view task) noexcept override {
    const std::lock_guard guard(mutex_);
    to_->task_spawned(task);
  }
  void step_begins(task_view task) noexcept override {
    const std::lock_guard guard(mutex_);
    to_->step_begins(task);
  }
  void step_ends(task_view task) noexcept override {
    const std::lock_guard guard(mutex_);
    to_->step_ends(task);
  }
  void task_ended(task_view task) noexcept override {
    const std::lock_guard guard(mutex_);
    to_->task_ended(task);
  }

 private:
  std::recursive_mutex mutex_;  // a hook may spawn a task
  std::shared_ptr<instrument> to_;
};

}  // namespace weft::detail
