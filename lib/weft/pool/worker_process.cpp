#include <weft/pool/worker_process.hpp>

#include <weft/base/error.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/worker_entry.hpp>
#include <weft/pool/worker_setup.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weft::detail {

namespace {

/// Both ends of what descriptors go through. The pool's does not block.
struct socket_pair {
  unique_fd ours;
  unique_fd theirs;
};

socket_pair make_socket_pair() {
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both.data()) != 0)
    throw_errno(errno, "cannot make a socket for a worker");
  socket_pair made{unique_fd(both[0]), unique_fd(both[1])};
  ::fcntl(both[0], F_SETFL, O_NONBLOCK);
  return made;
}

unique_fd open_output(stdio where) {
  if (where == stdio::capture) return make_memory_file("weft-output");
  if (where == stdio::inherit) return {};
  return unique_fd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
}

void send_setup(worker_channel& to, const process_pool_options& options) {
  encoder taken;
  task_address init{};
  if (options.init != nullptr) init = locate_code(reinterpret_cast<const void*>(options.init));
  encode(taken, worker_setup{options.name, init, options.spin, options.limits});
  frame head{};
  head.kind = frame_kind::setup;
  head.size = static_cast<std::uint32_t>(taken.size());
  std::byte* at = worker_channel::begin_frame(to.down(), head);
  if (at == nullptr) throw codec_error("the options of the pool are too long");
  taken.write_to(at);
  to.down().publish(worker_channel::whole(head));
}

}  // namespace

void worker_process::start(const process_pool_options& options, const unique_fd& bell) {
  const unique_fd file = worker_channel::make_file();
  auto channel = std::make_shared<worker_channel>(file);
  send_setup(*channel, options);
  socket_pair sockets = make_socket_pair();
  unique_fd output = open_output(options.output);
  unique_fd errors = open_output(options.output);
  spawn_request wanted;
  wanted.name = options.name;
  wanted.folder = options.folder;
  wanted.environment = options.environment;
  wanted.environment.push_back(worker_marker(worker_role::pool));
  wanted.stdio = {-1, output.get(), errors.get()};
  wanted.files = {file.get(), sockets.theirs.get(), bell.get()};
  process_ = std::make_unique<child>(spawn_self(wanted));
  channel_ = std::move(channel);
  socket_ = std::move(sockets.ours);
  output_ = std::move(output);
  errors_ = std::move(errors);
  one_by_one_ = options.output == stdio::capture;
}

void worker_process::take_process(worker_process& started) noexcept {
  process_ = std::move(started.process_);
  channel_ = std::move(started.channel_);
  socket_ = std::move(started.socket_);
  output_ = std::move(started.output_);
  errors_ = std::move(started.errors_);
  one_by_one_ = started.one_by_one_;
}

void worker_process::clear() noexcept {
  process_.reset();
  channel_ = nullptr;
  socket_ = unique_fd();
  output_ = unique_fd();
  errors_ = unique_fd();
  output_done_ = errors_done_ = 0;
  tasks_ = {};
  order_.clear();
  phase_ = phase::none;
  ready = reserved = false;
  gone = false;
  given = 0;
  stopped = kill_at = std::nullopt;
}

std::size_t worker_process::depth() const noexcept {
  constexpr double worth = 300'000;  // nanoseconds that a worker should have before it
  constexpr double most = 32;
  if (one_by_one_ || average_ < 0) return 1;
  return static_cast<std::size_t>(std::clamp(worth / std::max(average_, 1.0), 1.0, most));
}

void worker_process::learn(std::uint64_t nanoseconds) noexcept {
  const auto latest = static_cast<double>(nanoseconds);
  average_ = average_ < 0 ? latest : average_ + (latest - average_) / 8;
}

bool worker_process::give(process_task& task) {
  auto& slots = channel_->control().slots;
  std::size_t slot = 0;
  while (slot < slot_count &&
         (tasks_[slot] != nullptr || slots[slot].load(std::memory_order_acquire) != slot_state::free))
    ++slot;
  if (slot == slot_count) return false;
  if (task.large && !task.bytes.empty() && !task.put_into_file()) return false;
  frame head{};
  head.kind = frame_kind::task;
  head.slot = static_cast<std::uint16_t>(slot);
  head.id = task.id;
  head.size = static_cast<std::uint32_t>(task.bytes.size());
  head.files = static_cast<std::uint32_t>(task.files.size());
  head.large = task.large ? 1 : 0;
  std::byte* at = worker_channel::begin_frame(channel_->down(), head);
  if (at == nullptr) return false;
  if (!task.files.empty() && send_files(socket_, task.files) != 0) return false;
  if (!task.bytes.empty()) std::memcpy(at, task.bytes.data(), task.bytes.size());
  channel_->control().stops[slot].store(task.stop_asked ? task.id : 0, std::memory_order_relaxed);
  slots[slot].store(slot_state::queued, std::memory_order_release);
  channel_->down().publish(worker_channel::whole(head));
  tasks_[slot] = &task;
  order_.push_back(head.slot);
  task.worker = this;
  task.slot = head.slot;
  task.where = process_task::place::given;
  ++given;
  return true;
}

bool worker_process::revoke(process_task& task) noexcept {
  slot_state queued = slot_state::queued;
  if (!channel_->control().slots[task.slot].compare_exchange_strong(queued, slot_state::revoked)) return false;
  tasks_[task.slot] = nullptr;
  std::erase(order_, task.slot);
  task.worker = nullptr;
  --given;
  return true;
}

process_task* worker_process::revoke_last() noexcept {
  if (order_.empty()) return nullptr;
  process_task* last = tasks_[order_.back()];
  return revoke(*last) ? last : nullptr;
}

process_task* worker_process::find(const frame& message) const noexcept {
  if (message.slot >= slot_count) return nullptr;
  process_task* task = tasks_[message.slot];
  return task != nullptr && task->id == message.id ? task : nullptr;
}

void worker_process::remove(process_task& task) noexcept {
  channel_->control().slots[task.slot].store(slot_state::free, std::memory_order_release);
  tasks_[task.slot] = nullptr;
  std::erase(order_, task.slot);
  task.worker = nullptr;
}

bool worker_process::is_running(const process_task& task) const noexcept {
  return channel_->control().slots[task.slot].load(std::memory_order_acquire) == slot_state::running;
}

void worker_process::send_stop() noexcept {
  frame head{};
  head.kind = frame_kind::stop;
  if (worker_channel::begin_frame(channel_->down(), head) != nullptr) {
    channel_->down().publish(worker_channel::whole(head));
    channel_->wake_worker();
  } else {
    process_->send(SIGKILL);
  }
  phase_ = phase::stopping;
}

std::string worker_process::take_output() {
  std::string text = output_ ? read_from(output_, output_done_) : std::string();
  output_done_ += text.size();
  return text;
}

std::string worker_process::take_errors() {
  std::string text = errors_ ? read_from(errors_, errors_done_) : std::string();
  errors_done_ += text.size();
  return text;
}

std::size_t worker_process::memory() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace weft::detail
