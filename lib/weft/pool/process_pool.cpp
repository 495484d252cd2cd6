#include <weft/pool/futex.hpp>
#include <weft/pool/process_pool.hpp>

#include <weft/pool/worker_channel.hpp>
#include <weft/pool/worker_entry.hpp>
#include <weft/pool/worker_setup.hpp>

#include <iterator>

namespace weft {

process_pool::process_pool(process_pool_options options) {
  detail::refuse_before_entry("process_pool");
  core_ = std::make_shared<detail::process_pool_core>(std::move(options));
  core_->start();
}

process_pool::~process_pool() {
  core_->close();
  if (core_->is_inside()) {
    core_->leave();
  } else {
    core_->join({});
  }
}

void process_pool::prepare(detail::process_task& task, submit_options options, std::string_view function,
                           const detail::task_address& at, encoder& to) {
  task.name = options.name.empty() ? std::string(function) : std::move(options.name);
  if (options.soft) task.soft = detail::deadline_in(*options.soft);
  if (options.deadline) task.deadline = detail::deadline_in(*options.deadline);
  task.retries = options.retry_lost;
  task.may_retry = options.retry_lost != 0;
  encode(to, at);
  encode(to, task.name);
}

void process_pool::hand_over(detail::process_task& task, encoder& taken) {
  task.files = taken.take_files();
  task.large = taken.size() > detail::worker_channel::inline_limit;
  if (task.large && core_->is_without_queue()) {
    detail::unique_fd file = detail::make_memory_file("weft-task");
    detail::write_all(file, taken.pieces());
    task.files.insert(task.files.begin(), std::move(file));
  } else {
    task.bytes = taken.take();
  }
  if (task.files.size() + (task.large ? 1 : 0) > detail::most_files)
    throw codec_error("too many descriptors for one task");
  core_->submit(task);
}

}  // namespace weft
