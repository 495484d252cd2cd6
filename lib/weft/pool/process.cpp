#include <weft/pool/futex.hpp>
#include <weft/pool/process.hpp>

#include <weft/base/error.hpp>
#include <weft/pool/child.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/process_start.hpp>
#include <weft/pool/wait_readable.hpp>
#include <weft/pool/worker_entry.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace weft {

namespace detail {

/// What the options say, and the process once it was started.
class process_state {
 public:
  explicit process_state(process_options wanted) : options(std::move(wanted)) {}

  process_options options;
  std::optional<detail::child> running;
  unique_fd output;  // where they are captured
  unique_fd errors;
};

namespace {

unique_fd open_null(int flags) {
  unique_fd file(::open("/dev/null", flags | O_CLOEXEC));
  if (!file) throw_errno(errno, "cannot open '/dev/null'");
  return file;
}

/// Gives what becomes the child's descriptor; none for that of this process. `captured` is kept by the parent.
unique_fd open_output(stdio where, unique_fd& captured) {
  if (where == stdio::null) return open_null(O_WRONLY);
  if (where == stdio::inherit) return {};
  captured = make_memory_file("weft-output");
  return captured.duplicate();
}

unique_fd open_input(const std::optional<std::string>& text) {
  if (!text) return {};
  if (text->empty()) return open_null(O_RDONLY);
  unique_fd file = make_memory_file("weft-input");
  write_all(file, *text);
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

}  // namespace

}  // namespace detail

process::process(process_options options) {
  detail::refuse_before_entry("process");
  state_ = std::make_unique<detail::process_state>(std::move(options));
}

process::process(process&&) noexcept = default;

process& process::operator=(process&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

process::~process() {
  if (!state_ || !state_->running) return;
  detail::child& running = *state_->running;
  if (state_->options.outlives_parent) {
    running.abandon();
    return;
  }
  if (state_->options.daemon) {
    running.send(SIGTERM);
    if (!running.wait(detail::deadline_in(state_->options.grace))) running.send(SIGKILL);
  }
  running.wait({});
}

void process::launch(const detail::task_address& at, std::string_view function, encoder& arguments) {
  process_options& options = state_->options;
  if (state_->running) throw std::logic_error("the process '" + options.name + "' was started before");
  if (options.name.empty()) options.name = function;
  const auto files = arguments.take_files();
  encoder first;
  encode(first, detail::process_start{at, options.name, static_cast<std::uint32_t>(files.size()),
                                      options.output == stdio::capture, options.limits});
  const detail::unique_fd told = detail::make_memory_file("weft-process");
  detail::write_all(told, first.pieces());
  detail::write_all(told, arguments.pieces());

  const detail::unique_fd input = detail::open_input(options.input);
  const detail::unique_fd output = detail::open_output(options.output, state_->output);
  const detail::unique_fd errors = detail::open_output(options.errors, state_->errors);
  detail::spawn_request wanted;
  wanted.name = options.name;
  wanted.folder = options.folder;
  wanted.environment = options.environment;
  wanted.environment.push_back(detail::worker_marker(options.outlives_parent ? detail::worker_role::outliving_process
                                                                             : detail::worker_role::process));
  wanted.stdio = {input.get(), output.get(), errors.get()};
  wanted.files = {told.get()};
  for (const auto& file : files) wanted.files.push_back(file.get());
  // What this process has printed comes before what that one prints.
  std::cout.flush();
  std::fflush(stdout);
  state_->running.emplace(detail::spawn_self(wanted));
}

detail::process_state& process::started() const {
  if (!state_->running) throw std::logic_error("the process '" + state_->options.name + "' was not started");
  return *state_;
}

pid_t process::pid() const noexcept { return state_->running ? state_->running->pid() : 0; }

std::string_view process::name() const noexcept { return state_->options.name; }

std::optional<process_status> process::status() const {
  if (!state_->running) return {};
  return state_->running->status();
}

bool process::alive() const { return state_->running && !state_->running->status(); }

void process::join() const { started().running->wait({}); }

bool process::join_for(duration limit) const { return started().running->wait(detail::deadline_in(limit)); }

task<process_status> process::exited() const {
  detail::child& running = *started().running;
  for (;;) {
    if (const auto how = running.status()) co_return *how;
    co_await detail::wait_readable(running.pidfd());
  }
}

void process::terminate() const { send(SIGTERM); }

void process::kill() const { send(SIGKILL); }

void process::send(int signal) const {
  if (state_->running) state_->running->send(signal);
}

std::string process::output() const { return state_->output ? detail::read_from(state_->output, 0) : std::string(); }

std::string process::errors() const { return state_->errors ? detail::read_from(state_->errors, 0) : std::string(); }

}  // namespace weft
