#include <weft/pool/job_queue.hpp>

namespace weft::detail {

void job_queue::erase_ranked(pool_job& job) noexcept {
  if (job.deadline != time_point::max()) due_.erase({job.deadline, &job});
  if (!by_priority_) return jobs_.erase(job);
  const auto level = levels_.find(job.priority);
  level->second.erase(job);
  if (level->second.empty()) levels_.erase(level);
}

}  // namespace weft::detail
