#pragma once

namespace weft::detail {

/// A counter that threads and signal handlers may raise, and that poll() sees: an eventfd.
class event_descriptor {
 public:
  /// Throws std::system_error.
  event_descriptor();
  event_descriptor(const event_descriptor&) = delete;
  event_descriptor& operator=(const event_descriptor&) = delete;
  ~event_descriptor();

  [[nodiscard]] int get() const noexcept { return descriptor_; }
  void raise() const noexcept { raise(descriptor_); }
  /// Safe in a signal handler.
  static void raise(int descriptor) noexcept;
  /// Sets it back; gives whether it was raised.
  bool take() const noexcept;

 private:
  int descriptor_;
};

}  // namespace weft::detail
