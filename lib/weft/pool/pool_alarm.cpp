#include <weft/pool/pool_alarm.hpp>

#include <weft/pool/pool_core.hpp>
#include <weft/pool/thread_registry.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>

namespace weft::detail {

namespace {

/// Never destroyed: pools may be static objects.
class alarm_thread {
 public:
  alarm_thread() {
    const signals_blocked blocked;
    std::thread([this] { run(); }).detach();
  }

  void add(std::weak_ptr<pool_core> pool, time_point when) {
    const std::lock_guard guard(mutex_);
    alarms_.emplace(when, std::move(pool));
    changed_.notify_one();
  }

 private:
  void run() {
    pthread_setname_np(pthread_self(), "weft-deadlines");
    for (;;) {
      if (const auto pool = next().lock()) pool->drop_expired();
    }
  }

  std::weak_ptr<pool_core> next() {
    std::unique_lock held(mutex_);
    for (;;) {
      if (alarms_.empty()) {
        changed_.wait(held);
        continue;
      }
      const auto first = alarms_.begin();
      if (first->first <= std::chrono::steady_clock::now()) {
        auto pool = std::move(first->second);
        alarms_.erase(first);
        return pool;
      }
      const time_point until = first->first;
      changed_.wait_until(held, until);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<time_point, std::weak_ptr<pool_core>> alarms_;  // under mutex_
};

alarm_thread& the_alarm() {
  static auto* const only = new alarm_thread;
  return *only;
}

}  // namespace

void prepare_pool_alarm() { static_cast<void>(the_alarm()); }

void call_pool_at(std::weak_ptr<pool_core> pool, time_point when) noexcept { the_alarm().add(std::move(pool), when); }

}  // namespace weft::detail
