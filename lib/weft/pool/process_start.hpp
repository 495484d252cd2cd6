#pragma once

#include <weft/pool/process.hpp>
#include <weft/pool/task_descriptor.hpp>
#include <weft/pool/unique_fd.hpp>
#include <weft/pool/worker_entry.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace weft::detail {

/// What a new process reads first. Its arguments come after it; descriptors of them are 4 and so on.
struct process_start {
  task_address task;
  std::string name;
  std::uint32_t files;
  bool line_buffered;  // what it prints is looked at meanwhile
  std::vector<resource_limit> limits;
};

/// For the environment of a process that is to be started.
[[nodiscard]] std::string worker_marker(worker_role role);
/// Takes over a descriptor that was inherited: what this process starts does not inherit it again.
[[nodiscard]] unique_fd take_over(int fd);
/// Takes effect on the calling process.
void apply_limits(const std::vector<resource_limit>& limits);
/// For ps and top.
void show_process_name(const std::string& name) noexcept;

}  // namespace weft::detail
