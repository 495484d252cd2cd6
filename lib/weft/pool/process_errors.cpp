#include <weft/pool/process_errors.hpp>

#include <utility>

namespace weft {

namespace {

std::string to_text(const worker_loss& how) {
  std::string text = "the process " + std::to_string(how.pid);
  if (how.signal) {
    text += " was ended by signal " + std::to_string(*how.signal);
  } else if (how.exit_code) {
    text += " exited with " + std::to_string(*how.exit_code);
  } else {
    text += " ended";
  }
  if (how.likely_oom) text += " (out of memory)";
  text += " in task '" + how.task + "'";
  return text;
}

}  // namespace

worker_lost::worker_lost(worker_loss how) : std::runtime_error(to_text(how)), how_(std::move(how)) {}

}  // namespace weft
