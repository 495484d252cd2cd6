#pragma once

#include <thread>

/// The file system of the test program with some of its calls refused, for as long as this lives. One at a time.
///
/// renameat2, renameat, linkat and unlinkat of this program pass through here; with the errno value 0 they work.
class refused_calls {
 public:
  struct errors {
    int rename_no_replace = 0;  ///< renameat2 with a flag
    int rename = 0;
    int link = 0;
    int unlink = 0;
  };
  explicit refused_calls(errors which);
  refused_calls(const refused_calls&) = delete;
  refused_calls& operator=(const refused_calls&) = delete;
  ~refused_calls();
};

/// Where the last unlinkat came from.
[[nodiscard]] std::thread::id last_unlink_thread();
