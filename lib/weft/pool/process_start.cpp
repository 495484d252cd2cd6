#include <weft/pool/process_start.hpp>

#include <weft/base/error.hpp>
#include <weft/core/cancelled.hpp>
#include <weft/core/logger.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/worker_entry.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fcntl.h>
#include <spdlog/logger.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weft::detail {

namespace {

constexpr int first_file = 3;

class process_steps final : public task_steps {
 public:
  explicit process_steps(file_mapping& told) : told_(&told) {}
  void begin() override { *told_ = file_mapping(); }
  void finish(encoder& result) override {
    const auto bytes = result.take();
    decoder in(bytes);
    code = decode<int>(in);
  }
  int code = 0;

 private:
  file_mapping* told_;
};

int run_told(std::string& name) {
  file_mapping told(take_over(first_file));
  decoder in(told.bytes());
  const auto start = decode<process_start>(in);
  name = start.name;
  show_process_name(start.name);
  if (start.line_buffered) std::setvbuf(stdout, nullptr, _IOLBF, 0);
  apply_limits(start.limits);
  std::vector<unique_fd> files;
  for (std::uint32_t i = 0; i < start.files; ++i) files.push_back(take_over(first_file + 1 + static_cast<int>(i)));
  const task_descriptor* task = find_task(start.task);
  if (task == nullptr) throw codec_error("this program has no such function");
  decoder arguments(in.take(in.remaining()), files);
  process_steps steps(told);
  task->invoke(arguments, steps);
  return steps.code;
}

}  // namespace

std::string worker_marker(worker_role role) {
  return std::string(worker_variable) + '=' + static_cast<char>(role) + std::to_string(::getpid());
}

unique_fd take_over(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return unique_fd(fd);
}

void apply_limits(const std::vector<resource_limit>& limits) {
  for (const resource_limit& limit : limits) {
    const rlimit wanted{limit.soft, limit.hard};
    if (::setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &wanted) != 0)
      throw_errno(errno, "cannot limit resource " + std::to_string(limit.resource));
  }
}

void show_process_name(const std::string& name) noexcept { ::prctl(PR_SET_NAME, name.c_str()); }

void run_process() {
  std::string name;
  int code = 1;
  try {
    code = run_told(name);
  } catch (...) {
    logger()->error("process '{}' failed: {}", name, describe(std::current_exception()));
  }
  logger()->flush();
  std::exit(code);
}

}  // namespace weft::detail
