#pragma once

#include <string>
#include <string_view>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>

#include "common/text_sink.hpp"

namespace weft::chat_app {

/// A file that grows at its end; only its user may read it.
class log_file {
 public:
  /// Errors: boost::system::system_error "cannot open 'x'", also for a symbolic link.
  explicit log_file(const std::string& path);
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;
  ~log_file();

  void add(std::string_view text) { sink_.add(text); }
  /// Errors: boost::system::system_error.
  task<> flush() { return sink_.flush(); }

 private:
  int fd_;
  offload thread_;
  app::text_sink sink_;
};

}  // namespace weft::chat_app
