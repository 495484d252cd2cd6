#pragma once

#include <weft/pool/thread_pool.hpp>

#include "core/support.hpp"

#include <future>
#include <memory>

// What the tests of thread pools share.
namespace pool_test {

using namespace core_test;

/// Work that begins, and goes on until it is let go. Copies are one piece of work.
class held_work {
 public:
  void operator()() const {
    state_->begun.set_value();
    state_->released.get_future().wait();
  }
  void wait_until_begun() const { state_->begun.get_future().wait(); }
  void release() const { state_->released.set_value(); }

 private:
  struct promises {
    std::promise<void> begun;
    std::promise<void> released;
  };
  std::shared_ptr<promises> state_ = std::make_shared<promises>();
};

/// A pool whose `threads` threads are all held up, until release() or the end.
class busy_pool {
 public:
  explicit busy_pool(weft::thread_pool_options options, std::size_t threads = 1) : pool(std::move(options)) {
    for (std::size_t i = 0; i < threads; ++i) {
      held_.emplace_back();
      results_.push_back(pool.submit(held_.back()));
      held_.back().wait_until_begun();
    }
  }
  busy_pool(const busy_pool&) = delete;
  busy_pool& operator=(const busy_pool&) = delete;
  ~busy_pool() { release(); }

  void release() {
    for (const auto& held : std::exchange(held_, {})) held.release();
  }

  weft::thread_pool pool;

 private:
  std::vector<held_work> held_;
  std::vector<weft::future<>> results_;
};

}  // namespace pool_test
