#include <weft/pool/memory_file.hpp>
#include <weft/pool/process_pool_core.hpp>
#include <weft/pool/spin.hpp>
#include <weft/pool/wire_error.hpp>

#include <weft/core/loop.hpp>

#include <algorithm>
#include <csignal>

namespace weft::detail {

namespace {

/// The pool whose messages the running thread reads, or whose service it is.
constinit thread_local const process_pool_core* current_pool = nullptr;

}  // namespace

inside_pool::inside_pool(const process_pool_core& pool) noexcept : before_(std::exchange(current_pool, &pool)) {}

inside_pool::~inside_pool() { current_pool = before_; }

bool process_pool_core::is_inside() const noexcept { return current_pool == this; }

bool process_pool_core::read(worker_process& worker) {
  const inside_pool inside(*this);
  constexpr std::size_t at_a_time = 64;
  byte_ring& up = worker.channel().up();
  const auto written = up.written();
  std::vector<arrival> arrivals;
  std::size_t size = 0;
  frame head{};
  while (arrivals.size() < at_a_time && worker_channel::read_frame(written.subspan(size), head)) {
    arrivals.push_back({head, written.subspan(size + sizeof(frame), head.size), nullptr, false});
    size += worker_channel::whole(head);
  }
  if (arrivals.empty()) {
    // What is there and no message cannot become one.
    if (!written.empty() && worker.exists()) worker.process().send(SIGKILL);
    return false;
  }
  sort_in(worker, arrivals);
  for (const arrival& message : arrivals) act_on(worker, message);
  up.release(size);
  auto& full = worker.channel().control().up_full;
  if (full.load(std::memory_order_seq_cst) != 0 && full.exchange(0) != 0) worker.channel().wake_worker();
  return true;
}

/// Finds out which tasks the messages are about; those that have ended are nobody else's from here on.
void process_pool_core::sort_in(worker_process& worker, std::vector<arrival>& arrivals) {
  channels to_wake;
  {
    const std::lock_guard guard(mutex_);
    for (arrival& message : arrivals) {
      message.ends = message.head.kind == frame_kind::result || message.head.kind == frame_kind::error;
      if (message.head.kind == frame_kind::ready) {
        worker.ready = true;
        failed_starts_ = 0;
      }
      message.task = worker.find(message.head);
      if (message.task == nullptr) continue;
      if (!message.ends) {
        message.task->state().add_reference();
        continue;
      }
      worker.learn(message.head.nanoseconds);
      if (message.task->cancelled || message.task->expired)
        worker.reserved = message.task->expired || message.task->signals != 0;
      // It has outlived what was to end it, and is of no use any more.
      if (worker.reserved && worker.exists()) worker.process().send(SIGKILL);
      take_out(*message.task);
      failures_ = 0;
      failed_starts_ = 0;
    }
    if (options_.max_rss && worker.exists() && worker.phase_ == worker_process::phase::working &&
        worker.memory() > *options_.max_rss)
      worker.phase_ = worker_process::phase::retiring;
    retire_if_due(worker);
    refill(worker, to_wake);
  }
  for (const auto& each : to_wake) each->wake_worker();
}

void process_pool_core::act_on(worker_process& worker, const arrival& message) {
  if (message.head.kind == frame_kind::broken) {
    task_endings endings;
    std::string why = "its init failed";
    try {
      decoder in(message.bytes);
      why += ": " + describe(decode_error(in));
    } catch (const codec_error&) {
      why += " and does not say why";
    }
    const std::lock_guard guard(mutex_);
    break_down(why, endings);
    return;
  }
  if (message.task == nullptr) {
    // Of a task that has been given up: what came with it is closed.
    if (message.head.files != 0)
      call_reporting([&] { static_cast<void>(receive_files(worker.socket(), message.head.files)); });
    return;
  }
  if (message.ends) {
    finish_task(worker, message);
  } else if (message.head.kind == frame_kind::progress && message.task->on_progress) {
    call_reporting([&] {
      decoder in(message.bytes);
      message.task->on_progress(in);
    });
  }
  message.task->state().release();
}

void process_pool_core::finish_task(worker_process& worker, const arrival& message) {
  process_task& task = *message.task;
  try {
    if (options_.output == stdio::capture) give_output(worker, task);
    file_mapping large;
    std::span<const std::byte> bytes = message.bytes;
    if (message.head.files != 0) {
      const auto files = receive_files(worker.socket(), message.head.files);
      large = file_mapping(files.front());
      bytes = large.bytes();
    }
    decoder in(bytes);
    if (task.cancelled) {
      task.end_cancelled();
    } else if (message.head.kind == frame_kind::result) {
      task.succeed(in);
    } else {
      task.fail(decode_error(in));
    }
  } catch (const std::exception&) {
    task.fail(std::current_exception());
  }
}

void process_pool_core::give_output(worker_process& worker, const process_task& task) {
  const std::string output = worker.take_output();
  const std::string errors = worker.take_errors();
  if (!options_.on_output || (output.empty() && errors.empty())) return;
  call_reporting([&] { options_.on_output({task.name, worker.process().pid(), output, errors}); });
}

void process_pool_core::help(process_task& task, std::optional<time_point> deadline) {
  if (is_inside()) {
    if (deadline) return;
    throw would_deadlock("a callback of the pool '" + options_.name + "' waits for a task of that pool");
  }
  worker_process* claimed = nullptr;
  const auto is_its = [&] { return task.where == process_task::place::given && task.worker == claimed; };
  {
    const std::lock_guard guard(mutex_);
    if (task.where != process_task::place::given || task.worker->claimed || task.worker->gone) return;
    claimed = task.worker;
    claimed->claimed = true;
    claimed->channel().control().parent_waits.store(parent_wait::nobody);
  }
  auto& waits = claimed->channel().control().parent_waits;
  const auto& word = reinterpret_cast<const std::atomic<std::uint32_t>&>(waits);
  byte_ring& up = claimed->channel().up();
  static thread_local spin_budget spin;
  while (!task.state().ended()) {
    if (read(*claimed)) continue;
    if (claimed->gone) break;
    if (deadline && std::chrono::steady_clock::now() >= *deadline) break;
    if (options_.spin && spin.wait([&] { return up.has_more() || claimed->gone; })) continue;
    waits.store(parent_wait::thread, std::memory_order_seq_cst);
    bool sleeps = !up.has_more() && !claimed->gone;
    if (sleeps) {
      const std::lock_guard guard(mutex_);
      if (!is_its()) break;
    }
    if (sleeps) shared_futex_wait(word, static_cast<std::uint32_t>(parent_wait::thread), deadline);
    waits.store(parent_wait::nobody, std::memory_order_seq_cst);
  }
  let_go(*claimed);
}

void process_pool_core::let_go(worker_process& worker) {
  {
    const std::lock_guard guard(mutex_);
    worker.claimed = false;
    worker.channel().control().parent_waits.store(parent_wait::service, std::memory_order_seq_cst);
    if (!worker.gone && !worker.channel().up().has_more()) return;
  }
  ring();
}

}  // namespace weft::detail
