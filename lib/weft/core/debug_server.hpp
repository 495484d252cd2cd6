#pragma once

#include <weft/core/event_descriptor.hpp>
#include <weft/core/time.hpp>
#include <weft/core/watched_loops.hpp>

#include <string>
#include <string_view>
#include <thread>

namespace weft::detail {

/// Answers weft-top on a local socket that only the user of the process, and root, can open.
///
/// A request is one line, "tasks" or "kill ID REASON"; the answer is one line of JSON, then the end:
/// {"pid":…,"loops":[{"tasks":[{"id":…,"parent":…,"name":…,"state":…,"wait":…,"object":…,"holder":…,"holders":[…],"waited":…,
/// "at":["file:line"…],"spawned_at":…}…]}…]}, {"killed":true}, or {"error":"…"}.
///
/// Ownership: the socket's file goes with it; those that killed processes left behind are removed. Has a thread.
/// Threads:   the destructor ends the thread, whatever a client does.
/// Errors:    the constructor throws boost::system::system_error. A client that takes longer than a second is dropped.
class debug_server {
 public:
  explicit debug_server(watched_loops& loops);
  debug_server(const debug_server&) = delete;
  debug_server& operator=(const debug_server&) = delete;
  ~debug_server();

 private:
  void listen();
  void work() noexcept;
  void answer(int client);
  [[nodiscard]] bool wait(int descriptor, short events, time_point deadline) const;
  [[nodiscard]] std::string read_line(int client, time_point deadline) const;
  void send_all(int client, std::string_view text, time_point deadline) const;

  watched_loops& loops_;
  std::string path_;
  int listener_ = -1;
  event_descriptor stopping_;
  std::thread thread_;
};

/// The answer to a request.
[[nodiscard]] std::string answer_request(std::string_view request, watched_loops& loops);

}  // namespace weft::detail
