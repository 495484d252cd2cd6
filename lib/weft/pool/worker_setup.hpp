#pragma once

#include <weft/pool/process_start.hpp>
#include <weft/pool/task_descriptor.hpp>
#include <weft/pool/unique_fd.hpp>

#include <string>
#include <vector>

namespace weft::detail {

/// What a pool tells a worker first.
struct worker_setup {
  std::string name;
  task_address init;  // of code; image 0: none
  bool spin;
  std::vector<resource_limit> limits;
};

/// What stands before the arguments of a task.
struct task_start {
  task_address at;
  std::string name;
};

/// Makes the eventfd `bell` readable.
void ring_bell(const unique_fd& bell) noexcept;

}  // namespace weft::detail
