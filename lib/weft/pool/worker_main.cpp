#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/core/logger.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/process_start.hpp>
#include <weft/pool/spin.hpp>
#include <weft/pool/task_descriptor.hpp>
#include <weft/pool/this_process.hpp>
#include <weft/pool/wire_error.hpp>
#include <weft/pool/worker_channel.hpp>
#include <weft/pool/worker_entry.hpp>
#include <weft/pool/worker_setup.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>

#include <spdlog/logger.h>

namespace weft::detail {

namespace {

/// A process of a pool: one thread, which does one task after another.
///
/// There is no thread that listens meanwhile: what the pool has to say to a running task stands in shared memory, and the end of the
/// pool is the end of this process.
class worker {
 public:
  worker(worker_channel channel, unique_fd socket, unique_fd bell)
      : channel_(std::move(channel)), socket_(std::move(socket)), bell_(std::move(bell)) {}

  /// The first message.
  void set_up() {
    const frame head = next();
    decoder in(body(head));
    const auto setup = decode<worker_setup>(in);
    channel_.down().release(worker_channel::whole(head));
    spins_ = setup.spin;
    show_process_name(setup.name);
    apply_limits(setup.limits);
    if (setup.init.image != 0) call_init(setup.init);
    send({.size = 0, .kind = frame_kind::ready, .slot = 0, .id = 0, .nanoseconds = 0, .files = 0, .large = 0}, {});
  }

  void work() {
    for (;;) {
      const frame head = next();
      if (head.kind == frame_kind::stop) return;
      carry_out(head);
    }
  }

  void report_broken(const std::exception_ptr& error) {
    encoder taken;
    encode_error(taken, error);
    frame head{};
    head.kind = frame_kind::broken;
    send(head, taken);
  }

  void report_progress(const encoder& report) {
    frame head{};
    head.kind = frame_kind::progress;
    head.id = current_;
    head.slot = slot_;
    send(head, report);
  }

  [[nodiscard]] bool is_busy() const noexcept { return current_ != 0; }
  [[nodiscard]] bool is_to_stop() const noexcept {
    return channel_.control().stops[slot_].load(std::memory_order_relaxed) == current_;
  }
  [[nodiscard]] std::string_view task_name() const noexcept { return name_; }

 private:
  class steps final : public task_steps {
   public:
    steps(worker& of, const frame& head) noexcept : of_(&of), head_(head), begun_(std::chrono::steady_clock::now()) {}
    steps(const steps&) = delete;
    steps& operator=(const steps&) = delete;
    ~steps() { release(); }

    /// The bytes of the task, where they are not in the ring.
    std::span<const std::byte> map(const unique_fd& large) {
      large_ = file_mapping(large);
      return large_.bytes();
    }
    void begin() override { release(); }
    void finish(encoder& result) override { of_->answer(head_, frame_kind::result, begun_, result); }
    void fail(const std::exception_ptr& error) {
      encoder taken;
      encode_error(taken, error);
      of_->answer(head_, frame_kind::error, begun_, taken);
    }

   private:
    void release() noexcept {
      if (released_) return;
      released_ = true;
      large_ = file_mapping();
      of_->channel_.down().release(worker_channel::whole(head_));
    }

    worker* of_;
    const frame head_;
    file_mapping large_;
    const std::chrono::steady_clock::time_point begun_;
    bool released_ = false;
  };

  void carry_out(const frame& head) {
    received files = receive(head);
    auto& slot = channel_.control().slots[head.slot % slot_count];
    slot_state queued = slot_state::queued;
    if (!slot.compare_exchange_strong(queued, slot_state::running)) {
      channel_.down().release(worker_channel::whole(head));
      slot.store(slot_state::free);
      return;
    }
    current_ = head.id;
    slot_ = head.slot % slot_count;
    const scope_exit ended([this] { current_ = 0; });
    steps step(*this, head);
    try {
      if (files.error) std::rethrow_exception(files.error);
      call(head, files.all, step);
    } catch (...) {
      step.fail(std::current_exception());
    }
  }

  /// What came with a message, or why it did not: without it only the one task fails.
  struct received {
    std::vector<unique_fd> all;
    std::exception_ptr error;
  };
  [[nodiscard]] received receive(const frame& head) const {
    try {
      return {receive_files(socket_, head.files), nullptr};
    } catch (const std::exception&) {
      return {{}, std::current_exception()};
    }
  }

  void call(const frame& head, std::span<unique_fd> files, steps& step) {
    const bool is_large = head.large != 0;
    decoder in(is_large ? step.map(files.front()) : body(head), files.subspan(is_large ? 1 : 0));
    const auto task = decode<task_start>(in);
    name_ = task.name;
    const task_descriptor* found = find_task(task.at);
    if (found == nullptr) throw codec_error("the worker has no task '" + task.name + "': is its library not loaded?");
    decoder arguments(in.take(in.remaining()), files.subspan(is_large ? 1 : 0));
    found->invoke(arguments, step);
  }

  void answer(const frame& task, frame_kind kind, std::chrono::steady_clock::time_point begun, const encoder& bytes) {
    std::cout.flush();
    std::fflush(stdout);
    frame head{};
    head.kind = kind;
    head.slot = task.slot;
    head.id = task.id;
    head.nanoseconds = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begun).count());
    send(head, bytes);
  }

  /// Descriptors of a result are refused: only its bytes go.
  void send(frame head, const encoder& bytes) {
    if (bytes.file_count() != 0) throw codec_error("a descriptor cannot be a result");
    if (bytes.size() > worker_channel::inline_limit) {
      std::vector<unique_fd> file;
      file.push_back(make_memory_file("weft-result"));
      write_all(file.front(), bytes.pieces());
      if (const int error = send_files(socket_, file); error != 0) throw_errno(error, "cannot send a large result");
      head.files = 1;
      head.large = 1;
    } else {
      head.size = static_cast<std::uint32_t>(bytes.size());
    }
    std::byte* at = nullptr;
    while ((at = worker_channel::begin_frame(channel_.up(), head)) == nullptr) {
      auto& full = channel_.control().up_full;
      full.store(1, std::memory_order_seq_cst);
      wait_for(
          [&] { return full.load(std::memory_order_seq_cst) == 0 || channel_.up().room(worker_channel::whole(head)); });
      full.store(0, std::memory_order_seq_cst);
    }
    if (head.large == 0) bytes.write_to(at);
    channel_.up().publish(worker_channel::whole(head));
    tell_parent();
  }

  void tell_parent() noexcept {
    auto& waits = channel_.control().parent_waits;
    if (waits.load(std::memory_order_seq_cst) == parent_wait::nobody) return;
    switch (waits.exchange(parent_wait::nobody)) {
      case parent_wait::nobody: break;
      case parent_wait::service: ring_bell(bell_); break;
      case parent_wait::thread: shared_futex_wake(reinterpret_cast<const std::atomic<std::uint32_t>&>(waits), 1); break;
    }
  }

  /// The next message, whole. It stays in the ring until it is released.
  frame next() {
    frame head{};
    wait_for([&] { return worker_channel::read_frame(channel_.down().written(), head); });
    return head;
  }
  [[nodiscard]] std::span<const std::byte> body(const frame& head) {
    return channel_.down().written().subspan(sizeof(frame), head.size);
  }

  template <class F>
  void wait_for(F there) {
    if (there() || (spins_ && spin_.wait(there))) return;
    auto& sleeps = channel_.control().worker_sleeps;
    for (;;) {
      sleeps.store(1, std::memory_order_seq_cst);
      if (there()) break;
      shared_futex_wait(sleeps, 1);
      if (there()) break;
    }
    sleeps.store(0, std::memory_order_relaxed);
  }
  static void call_init(const task_address& at) {
    const auto init = reinterpret_cast<void (*)()>(find_code(at));
    if (init == nullptr) throw codec_error("the worker has no such init function");
    init();
  }

  worker_channel channel_;
  unique_fd socket_;
  unique_fd bell_;
  bool spins_ = false;
  spin_budget spin_;
  std::uint64_t current_ = 0;  // the task that runs; 0: none
  std::uint16_t slot_ = 0;
  std::string name_;
};

worker* this_worker = nullptr;

}  // namespace

void send_progress(const encoder& report) { this_worker->report_progress(report); }

void run_pool_worker() {
  std::signal(SIGINT, SIG_IGN);  // the terminal sends it to the parent too, and the parent decides
  std::signal(SIGQUIT, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  int code = 1;
  try {
    const unique_fd file = take_over(3);
    worker self(worker_channel(file), take_over(4), take_over(5));
    this_worker = &self;
    const scope_exit gone([] { this_worker = nullptr; });
    try {
      self.set_up();
    } catch (...) {
      self.report_broken(std::current_exception());
      std::exit(1);
    }
    self.work();
    code = 0;
  } catch (...) {
    logger()->error("a worker failed: {}", describe(std::current_exception()));
  }
  std::exit(code);
}

}  // namespace weft::detail

namespace weft::this_process {

bool is_worker() noexcept { return detail::this_worker != nullptr && detail::this_worker->is_busy(); }

bool stop_requested() noexcept { return is_worker() && detail::this_worker->is_to_stop(); }

std::string_view task_name() noexcept { return is_worker() ? detail::this_worker->task_name() : std::string_view(); }

}  // namespace weft::this_process
