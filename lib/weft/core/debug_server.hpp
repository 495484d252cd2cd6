#pragma once

#include <weft/core/loop_watch.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace weft::detail {

/// Answers weft-top on a local socket that only the user of the process, and root, can open.
///
/// A request is one line, "tasks" or "kill ID REASON"; the answer is one line of JSON, then the end:
/// {"pid":…,"loops":[{"tasks":[{"id":…,"parent":…,"name":…,"state":…,"wait":…,"object":…,"holder":…,"waited":…,
/// "at":["file:line"…],"spawned_at":…}…]}…]}, {"killed":true}, or {"error":"…"}.
///
/// Ownership: the socket's file goes with it.
/// Threads:   the watchdog's.
/// Errors:    the constructor throws boost::system::system_error; answer() drops a client that sends nonsense.
class debug_server {
 public:
  debug_server();
  debug_server(const debug_server&) = delete;
  debug_server& operator=(const debug_server&) = delete;
  ~debug_server();

  [[nodiscard]] int descriptor() const noexcept { return listener_; }
  /// Accepts one client and answers it; gives it a second at most.
  void answer(const std::deque<loop_watch>& loops);

 private:
  std::string path_;
  int listener_ = -1;
};

/// The answer to a request.
[[nodiscard]] std::string answer_request(std::string_view request, const std::deque<loop_watch>& loops);

}  // namespace weft::detail
