#pragma once

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>
#include <mutex>

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
/// Threads: deliver() any; the rest the loop's.
/// Cost:    a compare-and-swap; a lock and a wake-up of the loop for the first of the parcels that come before it
/// looks.
class mailbox : public std::enable_shared_from_this<mailbox> {
 public:
  explicit mailbox(boost::asio::io_context& context) noexcept : context_(&context) {}

  void deliver(parcel& sent) noexcept;
  /// The loop ends: parcels bounce from now on.
  void close() noexcept;
  /// Takes in everything that has come. Threads: the loop's, outside of tasks.
  void open_all() noexcept;

 private:
  /// Everything that has come, first come first, taken out.
  [[nodiscard]] parcel* take_all() noexcept;
  static void bounce_all(parcel* first) noexcept;

  /// The parcels, last come first. Who adds to an empty list sees to it that it is emptied.
  std::atomic<parcel*> newest_ = nullptr;
  std::mutex mutex_;
  boost::asio::io_context* context_;  // under mutex_; null once the loop is gone
};

}  // namespace weft::detail
