#pragma once

#include <sys/types.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <weft/core/snapshot.hpp>

namespace weft::top_app {

/// The process cannot be asked, or its answer cannot be understood; what() says why.
class no_answer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sends one request to a process and gives the line that it answers with. Waits five seconds at most.
/// Errors: no_answer.
std::string ask(pid_t process, const std::string& request);

/// The tasks of each loop, from the answer to "tasks".
/// Errors: no_answer.
std::vector<std::vector<task_info>> read_tasks(const std::string& answer);

/// Checks the answer to "kill".
/// Errors: no_answer, with what the process said.
void check_killed(const std::string& answer);

/// The processes of this user that can be asked, in ascending order.
std::vector<pid_t> processes();

}  // namespace weft::top_app
