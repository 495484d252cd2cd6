#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/sync/queue.hpp>

#include "chat/chat_event.hpp"

namespace weft::chat_app {

/// Runs a command for each message, one after the other, with the message as a line on its standard input and nothing
/// that it could write on. No shell sees any of it.
///
/// When the command is slower than the messages, those beyond `max_waiting` are left out.
/// Cancellation: of run() leaves the command that runs to itself.
class notifier {
 public:
  static constexpr std::size_t max_waiting = 16;

  /// The words of the command, separated by spaces.
  explicit notifier(const std::string& command);

  void add(const chat_event& message);
  /// Until killed. Errors: boost::system::system_error when the command cannot be started.
  task<> run();
  /// What waits still, and what was being done when run() was killed. Otherwise as run().
  task<> finish();

 private:
  struct job {
    std::string line;
    std::atomic<bool> begun = false;
  };

  task<> perform(std::shared_ptr<job> one);

  std::vector<std::string> words_;
  std::shared_ptr<job> current_;  // shared with the thread
  queue<std::string> lines_{max_waiting};
  offload thread_;
};

}  // namespace weft::chat_app
