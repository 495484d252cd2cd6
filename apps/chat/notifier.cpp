#include "chat/notifier.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>

#include "chat/command.hpp"
#include "chat/event_text.hpp"
#include "chat/visible_text.hpp"

namespace weft::chat_app {
namespace {

constexpr std::size_t longest_line = 32 * 1024;  // less than a pipe holds: writing it never waits

/// The pipe's other end is what the command reads. Gives an error number, or 0.
int start(std::vector<std::string>& words, int input, pid_t& child) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  const scope_exit forget_files([&] { ::posix_spawn_file_actions_destroy(&files); });
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t how;
  ::posix_spawnattr_init(&how);
  const scope_exit forget_how([&] { ::posix_spawnattr_destroy(&how); });
  sigset_t usual;
  ::sigemptyset(&usual);
  ::posix_spawnattr_setsigmask(&how, &usual);
  ::sigaddset(&usual, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&how, &usual);
  // Its own group: the terminal's Ctrl-C is not for it.
  ::posix_spawnattr_setpgroup(&how, 0);
  ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return ::posix_spawnp(&child, arguments.front(), &files, &how, arguments.data(), environ);
}

/// Completes when the command has ended.
void run_command(std::vector<std::string> words, const std::string& line) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "cannot make a pipe");
  std::optional<int> output = ends[1];
  const scope_exit closing([&] {
    ::close(ends[0]);
    if (output) ::close(*output);
  });
  pid_t child = 0;
  if (const int error = start(words, ends[0], child); error != 0)
    throw_errno(error, "cannot start '" + visible_word(words.front(), 200) + "'");
  // A command that does not read is none of our business.
  static_cast<void>(!::write(*output, line.data(), line.size()));
  ::close(*output);
  output.reset();
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace

notifier::notifier(const std::string& command)
    : words_(words_of(command)), thread_(offload_options{.name = "weft-notify", .threads = 1}) {}

void notifier::add(const chat_event& message) {
  static_cast<void>(lines_.try_put(event_text(message, coloring::none).substr(0, longest_line)));
}

task<> notifier::perform(std::shared_ptr<job> one) {
  auto work = [words = words_, one] {
    one->begun = true;
    run_command(words, one->line);
  };
  co_await thread_.run_abandonable(std::move(work));
}

task<> notifier::run() {
  for (;;) {
    auto line = co_await lines_.get();
    current_ = std::make_shared<job>(std::move(line));
    co_await perform(current_);
    current_.reset();
  }
}

task<> notifier::finish() {
  auto nothing = [] {};
  co_await thread_.run_abandonable(nothing);  // behind what the thread was given before
  if (current_ && !current_->begun) co_await perform(current_);
  while (!lines_.empty()) {
    auto line = co_await lines_.get();
    co_await perform(std::make_shared<job>(std::move(line)));
  }
}

}  // namespace weft::chat_app
