#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <weft/core/task.hpp>
#include <weft/pool/process_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "copy/config.hpp"
#include "copy/job.hpp"

namespace weft::copy_app {

/// The workers, threads or processes, with one face.
///
/// Threads:      those of one loop.
/// Cancellation: of run() stops its job between two files, or in a large one; complete when the worker has let go of it.
class crew {
 public:
  explicit crew(const config& settings);
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;
  ~crew();

  /// Copies the files of a job. A worker process that is lost costs the file it was at, without an exception.
  task<std::vector<file_result>> run(copy_job job);
  /// Jobs that keep all workers at work.
  [[nodiscard]] std::size_t room() const noexcept { return 2 * workers_; }
  /// Bytes copied of files that are not complete; grows while they are copied.
  [[nodiscard]] std::uint64_t told_bytes() const noexcept { return told_.load(std::memory_order_relaxed); }

 private:
  task<std::vector<file_result>> run_on_thread(copy_job job);
  task<std::vector<file_result>> run_in_process(copy_job job);
  /// Killed, it has the work stop, and completes when it has.
  task<> end_of(const future<std::vector<file_result>>& running);

  std::size_t workers_;
  std::atomic<std::uint64_t> told_ = 0;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<thread_pool> threads_;
  std::unique_ptr<process_pool> processes_;
};

}  // namespace weft::copy_app
