#pragma once

#include <weft/pool/codec.hpp>
#include <weft/pool/progress.hpp>

#include <string_view>

/// What a task of a process_pool knows of its worker. Threads: that of the task.
namespace weft::this_process {

/// Whether this is a worker of a pool, in the middle of a task.
[[nodiscard]] bool is_worker() noexcept;
/// Whether the task should come to an end: its future was cancelled, or its time (submit_options::soft) is over. Cost: a load.
[[nodiscard]] bool stop_requested() noexcept;
/// What the task was called when it was submitted; empty outside of one.
[[nodiscard]] std::string_view task_name() noexcept;

}  // namespace weft::this_process

namespace weft::detail {

void send_progress(const encoder& report);

}  // namespace weft::detail

namespace weft::this_process {

/// Tells submit_options::on_progress of the task's. Does nothing outside of a task. Cost: no system call while the pool is busy.
template <class T>
void report(const T& progress) {
  if (!is_worker()) return;
  encoder taken;
  taken.refuse_files();
  taken.number(detail::type_hash<T>);
  encode(taken, progress);
  detail::send_progress(taken);
}

}  // namespace weft::this_process
