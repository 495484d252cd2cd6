#pragma once

#include <weft/core/run.hpp>

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace core_test {

/// Collects weft's log while it lives.
class captured_log {
 public:
  captured_log() : before_(spdlog::get("weft")) {
    spdlog::drop("weft");
    spdlog::register_logger(std::make_shared<spdlog::logger>("weft", lines_));
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;
  ~captured_log() {
    spdlog::drop("weft");
    if (before_) spdlog::register_logger(before_);
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& line : lines_->last_formatted()) all += line;
    return all;
  }

 private:
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> lines_ = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(100);
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace core_test
