#include <weft/core/sitting_thread.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/core/task_state.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>

#include <spdlog/fmt/fmt.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weft::detail {

namespace {

/// Gives how many bytes could be read.
std::size_t read_memory(const void* from, void* to, std::size_t size) noexcept {
  const iovec local{to, size};
  const iovec remote{const_cast<void*>(from), size};
  const auto got = ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

/// The bytes of an object that belongs to another thread.
template <class T>
class image {
 public:
  [[nodiscard]] bool read(const T* from) noexcept { return read_memory(from, bytes_.data(), sizeof(T)) == sizeof(T); }
  [[nodiscard]] const T& get() const noexcept { return *reinterpret_cast<const T*>(bytes_.data()); }

 private:
  alignas(T) std::array<std::byte, sizeof(T)> bytes_;
};

std::uint64_t count_switches(pid_t thread) {
  std::ifstream file(fmt::format("/proc/self/task/{}/status", thread));
  std::uint64_t sum = 0;
  for (std::string line; std::getline(file, line);) {
    const auto at = line.find("voluntary_ctxt_switches:");
    if (at != std::string::npos) sum += std::stoull(line.substr(line.find(':') + 1));
  }
  return sum;
}

/// Shared with the copy of the process.
struct shared_copy {
  static constexpr std::size_t most = std::size_t{1} << 18;

  std::size_t count;
  raw_task tasks[most];
};

/// What the copy of the process does. Only what a signal handler may do.
[[noreturn]] void copy_and_exit(loop& of, const scheduler& its, shared_copy& to) noexcept {
  ::prctl(PR_SET_DUMPABLE, 0);
  for (const int fault : {SIGSEGV, SIGBUS, SIGABRT}) ::signal(fault, SIG_DFL);
  const rlimit one_second{1, 1};
  ::setrlimit(RLIMIT_CPU, &one_second);
  this_scheduler.current = its.current;
  to.count = std::min(copy_tasks(of, std::span(to.tasks)), shared_copy::most);
  ::_exit(0);
}

}  // namespace

// The switches are counted before the position is read, and again behind what is copied: a thread that sits at both
// moments, and was not switched in between, has not run.
std::optional<sitting_thread> sitting_thread::find(pid_t thread) {
  sitting_thread found;
  found.thread_ = thread;
  found.switches_ = count_switches(thread);
  std::ifstream file(fmt::format("/proc/self/task/{}/syscall", thread));
  if (!(file >> found.call_) || found.call_ < 0) return std::nullopt;
  std::string words[8];
  for (std::string& word : words) file >> word;
  if (!file) return std::nullopt;
  found.stack_ = std::stoull(words[6], nullptr, 16);
  found.instruction_ = std::stoull(words[7], nullptr, 16);
  return found;
}

bool sitting_thread::has_stayed() const {
  const auto again = find(thread_);
  return again && again->switches_ == switches_ && again->call_ == call_ && again->stack_ == stack_ &&
         again->instruction_ == instruction_;
}

void sitting_thread::copy_stack(stack_copy& to) const noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(to.stack.data());
  const std::uintptr_t end = begin + to.stack.size_bytes();
  to.instruction = reinterpret_cast<const void*>(instruction_);
  to.size = 0;
  if (stack_ < begin || stack_ >= end) return;
  const std::size_t wanted = std::min<std::size_t>(end - stack_, sizeof(to.words));
  to.size = read_memory(reinterpret_cast<const void*>(stack_), to.words.data(), wanted) / sizeof(void*);
}

bool sitting_thread::copy_running_task(const scheduler& of, raw_task& to) const {
  const task_state* running = nullptr;
  std::source_location at;
  image<task_state> copy;
  if (read_memory(&of.current, &running, sizeof(running)) != sizeof(running) || running == nullptr) return false;
  if (read_memory(&of.last_await, &at, sizeof(at)) != sizeof(at) || !copy.read(running) || !has_stayed()) return false;
  const task_state& task = copy.get();
  to = {};
  to.id = task.id();
  to.parent = task.parent_id();
  to.type = task.callable_type();
  to.spawn_site = task.spawn_site();
  to.running = to.started = true;
  to.chain[0] = at;
  to.chain_size = 1;
  image<std::string> name;
  if (task.given_name_place() == nullptr || !name.read(task.given_name_place()) || !has_stayed()) return true;
  const std::size_t length = std::min(name.get().size(), raw_task::longest_name);
  if (read_memory(name.get().data(), to.name.data(), length) != length || !has_stayed()) to.name = {};
  return true;
}

bool sitting_thread::copy_tasks(loop& of, const scheduler& its, std::vector<raw_task>& to) const {
  void* memory =
      ::mmap(nullptr, sizeof(shared_copy), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  const scope_exit unmap([memory] { ::munmap(memory, sizeof(shared_copy)); });
  auto& shared = *static_cast<shared_copy*>(memory);
  // No signal at its end: the program does not get to see this child, nor do its waits for any child.
  const auto child = static_cast<pid_t>(::syscall(SYS_clone, 0L, nullptr, nullptr, nullptr, nullptr));
  if (child == 0) copy_and_exit(of, its, shared);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, __WALL) != child || status != 0 || !has_stayed()) return false;
  to.assign(shared.tasks, shared.tasks + shared.count);
  return true;
}

}  // namespace weft::detail
