#pragma once

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <mutex>
#include <utility>

namespace weft::detail {

/// Something another thread has finished for a loop.
class parcel {
 public:
  /// Called on the loop's thread.
  virtual void arrive() noexcept = 0;
  /// Called on the sender's thread instead, when the loop is gone.
  virtual void bounce() noexcept = 0;

 protected:
  ~parcel() = default;

 private:
  friend class mailbox;
  parcel* next_ = nullptr;
};

/// Where other threads leave parcels for a loop. Outlives the loop as long as a sender holds it.
///
/// Threads: deliver(), wake_loop(), is_empty() and is_closed() any; the rest the loop's.
/// Cost:    a compare-and-swap; a lock and a wake-up of the loop for the first of the parcels that come before it
///          looks.
class mailbox {
 public:
  explicit mailbox(boost::asio::io_context& context) noexcept : context_(&context) {}

  /// Gives whether the loop takes it: it arrives for certain, unless the loop leaves tasks behind. Otherwise it has
  /// bounced. The sender keeps the mailbox alive during the call.
  bool deliver(parcel& sent) noexcept;
  /// The loop ends: takes in everything that has come; what comes later bounces. Idempotent.
  void close() noexcept;
  /// The same for a loop that runs no more tasks: everything bounces.
  void abandon() noexcept;
  /// Takes in everything that has come. Threads: the loop's, outside of tasks.
  void open_all() noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return newest_.load(std::memory_order_acquire) == nullptr; }
  [[nodiscard]] bool is_closed() const noexcept;
  /// Makes a loop that waits look around.
  void wake_loop() noexcept;

 private:
  /// Everything that has come, first come first, taken out; leaves `instead`.
  [[nodiscard]] parcel* take_all(parcel* instead) noexcept;
  [[nodiscard]] parcel* shut() noexcept;
  static void arrive_all(parcel* first) noexcept;

  /// The parcels, last come first; a mark once the loop is gone. Who adds to an empty list sees to it that it is
  /// emptied.
  std::atomic<parcel*> newest_ = nullptr;
  std::mutex mutex_;
  boost::asio::io_context* context_;  // under mutex_; null once the loop is gone
};

}  // namespace weft::detail
