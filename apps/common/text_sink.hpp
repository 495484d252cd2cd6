#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>

namespace weft::app {

/// Text on its way to a terminal, pipe or file that may be slow or stuck: gathered on the loop, written by a thread.
///
/// Ownership:    does not own the descriptor nor the thread.
/// Threads:      one loop; the thread is one, so that the text keeps its order.
/// Cancellation: of flush() returns at once, whatever the reader does; the text stays in line for the thread.
/// Errors:       flush() throws boost::system::system_error, unless failures are ignored; what was to be written is
///               dropped.
class text_sink {
 public:
  /// A reader that is this far behind makes reserve() wait.
  static constexpr std::size_t comfortable = 256 * 1024;

  /// Messages that no one can read are no reason to end what they are about; data is.
  enum class failures { thrown, ignored };

  text_sink(int fd, std::string name, offload& thread, failures policy);

  /// Appends; never waits.
  void add(std::string_view text);
  /// Waits, by writing, until less than `comfortable` bytes are pending.
  task<> reserve();
  /// Writes what is pending.
  task<> flush();

  int fd() const;

 private:
  struct outbox;

  std::size_t pending() const;

  std::shared_ptr<outbox> outbox_;  // shared with a write that was left behind
  offload& thread_;
};

/// Writes all of `bytes`, whatever interrupts it and also where the descriptor does not block.
/// Errors: boost::system::system_error "cannot write to NAME".
void write_fully(int fd, std::string_view bytes, const std::string& name);

}  // namespace weft::app
