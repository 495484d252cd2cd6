#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/sync/semaphore.hpp>

namespace weft::get_app {

/// Text on its way to a terminal, pipe or file that may be slow: gathered on the loop, written by a thread.
///
/// Ownership:    does not own the descriptor nor the threads.
/// Threads:      one loop.
/// Cancellation: of flush() waits for the write that has begun; the rest stays.
/// Errors:       flush() and flush_now() throw boost::system::system_error, unless failures are ignored; what was to be
///               written is dropped.
class text_sink {
 public:
  /// A reader that is this far behind makes reserve() wait.
  static constexpr std::size_t comfortable = 256 * 1024;

  /// Messages that no one can read are no reason to end what they are about; data is.
  enum class failures { thrown, ignored };

  text_sink(int fd, std::string name, offload& threads, failures policy)
      : fd_(fd), name_(std::move(name)), threads_(threads), policy_(policy) {}

  /// Appends; never waits.
  void add(std::string_view text) { pending_ += text; }
  /// Waits, by writing, until less than `comfortable` bytes are pending.
  task<> reserve();
  /// Writes what is pending.
  task<> flush();
  /// The same on this thread, for the end of the program.
  void flush_now();

  std::size_t pending() const { return pending_.size(); }
  int fd() const { return fd_; }

 private:
  void write(const std::string& text) const;

  int fd_;
  std::string name_;
  offload& threads_;
  failures policy_;
  semaphore turn_{1};
  std::string pending_;
};

/// Writes all of `bytes`, whatever interrupts it and also where the descriptor does not block.
/// Errors: boost::system::system_error "cannot write to NAME".
void write_fully(int fd, std::string_view bytes, const std::string& name);

}  // namespace weft::get_app
