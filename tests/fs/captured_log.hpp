#pragma once

#include <weft/core/logger.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

/// Keeps what weft logs, for as long as this lives, and keeps it off the terminal.
///
/// Threads: nothing may be logged on another one while this is made or destroyed.
class captured_log {
 public:
  captured_log() : sinks_(std::exchange(weft::logger()->sinks(), {})) {
    weft::logger()->sinks().push_back(std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;
  ~captured_log() { weft::logger()->sinks() = std::move(sinks_); }

  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::vector<spdlog::sink_ptr> sinks_;
};
