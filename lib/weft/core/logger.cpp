#include <weft/core/logger.hpp>

#include <mutex>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace weft {

std::shared_ptr<spdlog::logger> logger() {
  static std::mutex making;
  const std::lock_guard guard(making);
  if (auto registered = spdlog::get("weft")) return registered;
  return spdlog::stderr_color_mt("weft");
}

}  // namespace weft
