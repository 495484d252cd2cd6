#pragma once

#include <weft/core/run.hpp>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/process_status.hpp>
#include <weft/pool/task_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace weft {

/// Where what a process prints goes: where that of its parent goes, nowhere, or into memory, for process::output().
enum class stdio { inherit, null, capture };

/// One of setrlimit()'s limits: RLIMIT_CPU, RLIMIT_AS and so on.
struct resource_limit {
  int resource = 0;
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct process_options {
  /// Shown by ps and top (15 bytes of it), and in errors; empty: the function's.
  std::string name = {};
  /// Whether the process object, when it goes, ends the process instead of waiting for it.
  bool daemon = false;
  /// Whether the process lives on when its parent has ended, or the process object has gone.
  bool outlives_parent = false;
  /// What it finds on its standard input; none: what its parent does. Empty: nothing.
  std::optional<std::string> input = {};
  stdio output = stdio::inherit;
  stdio errors = stdio::inherit;
  /// Where it works; empty: where its parent does.
  std::string folder = {};
  /// "NAME=value", beside and over what the parent has.
  std::vector<std::string> environment = {};
  std::vector<resource_limit> limits = {};
  /// How long a process that is to end may take after SIGTERM, before SIGKILL.
  duration grace = std::chrono::seconds(5);
};

namespace detail {

/// `F` as a program: what it gives is the exit code.
template <auto F, class Signature = decltype(+F)>
struct program;
template <auto F, class R, class... P>
struct program<F, R (*)(P...)> {
  static int main(std::remove_cvref_t<P>... args) {
    if constexpr (is_task<R>) {
      return weft::run(function_pointer<F>, std::move(args)...);
    } else if constexpr (std::is_void_v<R>) {
      function_pointer<F>(std::move(args)...);
      return 0;
    } else {
      static_assert(std::is_same_v<R, int>, "process::start<&f>(): f returns void, int, task<> or task<int>");
      return function_pointer<F>(std::move(args)...);
    }
  }
};
template <auto F, class R, class... P>
struct program<F, R (*)(P...) noexcept> : program<F, R (*)(P...)> {};

class process_state;

}  // namespace detail

/// A function that runs in a process of its own: another copy of this program, started for it.
///
/// Ownership:    one process. The destructor waits for it; it ends a daemon, and waits; one that outlives its parent it leaves.
/// Lifetime:     unless it is told to outlive it, the process is killed when this one ends, however that ends.
/// Threads:      any, but start() and the destructor.
/// Cancellation: a killed task that waits stops waiting; the process goes on.
/// Errors:       codec_error and boost::system::system_error from start(). What the function throws is logged by the process,
///               which then exits with 1.
/// Cost:         start() takes as long as posix_spawn(), whatever the size of this process; join() is one poll().
///
/// The new process begins with the program's own global constructors, and with main() up to run() or worker_entry().
class process {
 public:
  explicit process(process_options options = {});
  process(process&&) noexcept;
  process& operator=(process&&) noexcept;
  ~process();

  /// Starts `F(args...)`: F is a function or a lambda without captures; void, int (the exit code), or a task of them. Throws
  /// std::logic_error when it was started before.
  template <auto F, class... Args>
  void start(const Args&... args) {
    using program = detail::program<F>;
    encoder arguments;
    [[maybe_unused]] const auto kept = detail::encode_arguments<&program::main>(arguments, args...);
    launch(detail::address_of<&program::main>(), detail::function_name<F>(), arguments);
  }

  /// 0 before it was started.
  [[nodiscard]] pid_t pid() const noexcept;
  [[nodiscard]] std::string_view name() const noexcept;
  /// Started, and not ended.
  [[nodiscard]] bool alive() const;
  /// How it ended; none while it has not.
  [[nodiscard]] std::optional<process_status> status() const;

  /// Wait until it has ended; rethrow nothing. join_for(): at most `limit`; gives whether it has.
  void join() const;
  [[nodiscard]] bool join_for(duration limit) const;
  /// The same for tasks.
  [[nodiscard]] task<process_status> exited() const;

  /// SIGTERM, SIGKILL, any signal. Nothing happens when it has ended.
  void terminate() const;
  void kill() const;
  void send(int signal) const;

  /// What it has printed up to now, where that is captured. Standard output is flushed line by line then.
  [[nodiscard]] std::string output() const;
  [[nodiscard]] std::string errors() const;

 private:
  void launch(const detail::task_address& at, std::string_view function, encoder& arguments);
  [[nodiscard]] detail::process_state& started() const;

  std::unique_ptr<detail::process_state> state_;
};

}  // namespace weft
