#include "top/client.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <weft/base/parse.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/core/watchdog.hpp>

namespace weft::top_app {
namespace {

namespace json = boost::json;

std::string why_not(pid_t process, int error) {
  const std::string number = std::to_string(process);
  if (::kill(process, 0) != 0 && errno == ESRCH) return "there is no process " + number;
  if (error == ENOENT || error == ECONNREFUSED)
    return "process " + number +
           " cannot be looked into: it is no program on weft, runs for another user, or was started " +
           "without WEFT_DEBUG=1";
  return "cannot ask process " + number + ": " + std::strerror(error);
}

json::value parse(const std::string& answer) {
  boost::system::error_code error;
  auto value = json::parse(answer, error);
  if (error || !value.is_object()) throw no_answer("the answer is not understood");
  if (const auto* said = value.as_object().if_contains("error"); said != nullptr && said->is_string())
    throw no_answer(std::string(said->get_string()));
  return value;
}

std::string text_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

template <class T>
T number_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found != nullptr && found->is_number() ? found->to_number<T>() : T{};
}

task_phase phase_of(const std::string& word) {
  if (word == "ready") return task_phase::ready;
  if (word == "running") return task_phase::running;
  if (word == "waiting") return task_phase::waiting;
  return task_phase::created;
}

kill_phase kill_of(const std::string& word) {
  if (word == "asked") return kill_phase::asked;
  return word == "seen" ? kill_phase::seen : kill_phase::none;
}

task_info task_of(const json::object& from) {
  task_info task;
  task.id = number_of<std::uint64_t>(from, "id");
  task.parent = number_of<std::uint64_t>(from, "parent");
  task.name = text_of(from, "name");
  task.phase = phase_of(text_of(from, "state"));
  task.kill = kill_of(text_of(from, "kill"));
  task.wait = text_of(from, "wait");
  task.object = text_of(from, "object");
  task.waited = number_of<double>(from, "waited");
  task.holder = number_of<std::uint64_t>(from, "holder");
  if (const auto* holders = from.if_contains("holders"); holders != nullptr && holders->is_array()) {
    for (const auto& each : holders->get_array()) {
      if (each.is_number()) task.holders.push_back(each.to_number<std::uint64_t>());
    }
  }
  task.spawned_at = text_of(from, "spawned_at");
  if (const auto* chain = from.if_contains("at"); chain != nullptr && chain->is_array()) {
    for (const auto& at : chain->get_array()) {
      const std::string_view place = at.is_string() ? std::string_view(at.get_string()) : std::string_view();
      const auto colon = place.rfind(':');
      if (colon == std::string_view::npos) continue;
      task.chain.push_back({std::string(place.substr(0, colon)),
                            parse_integer<std::uint_least32_t>(place.substr(colon + 1)).value_or(0),
                            {}});
    }
  }
  return task;
}

}  // namespace

std::string ask(pid_t process, const std::string& request) {
  const std::string path = detail::debugger_folder() + "/" + std::to_string(process) + ".sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw no_answer("the path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0) throw no_answer(std::strerror(errno));
  const scope_exit close([&] { ::close(server); });
  const timeval limit{5, 0};
  ::setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw no_answer(why_not(process, errno));
  const std::string line = request + "\n";
  if (::send(server, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    throw no_answer(why_not(process, errno));
  std::string answer;
  char piece[16 * 1024];
  ssize_t got = 0;
  while ((got = ::recv(server, piece, sizeof(piece), 0)) > 0) answer.append(piece, static_cast<std::size_t>(got));
  if (got < 0) throw no_answer("process " + std::to_string(process) + " does not answer");
  if (answer.empty()) throw no_answer("process " + std::to_string(process) + " refuses to answer this user");
  return answer;
}

std::vector<std::vector<task_info>> read_tasks(const std::string& answer) {
  const auto value = parse(answer);
  std::vector<std::vector<task_info>> all;
  const auto* loops = value.as_object().if_contains("loops");
  if (loops == nullptr || !loops->is_array()) throw no_answer("the answer is not understood");
  for (const auto& loop : loops->get_array()) {
    all.emplace_back();
    const auto* tasks = loop.is_object() ? loop.get_object().if_contains("tasks") : nullptr;
    if (tasks == nullptr || !tasks->is_array()) throw no_answer("the answer is not understood");
    for (const auto& task : tasks->get_array()) {
      if (task.is_object()) all.back().push_back(task_of(task.get_object()));
    }
  }
  return all;
}

void check_killed(const std::string& answer) { parse(answer); }

std::vector<pid_t> processes() {
  std::vector<pid_t> found;
  DIR* folder = ::opendir(detail::debugger_folder().c_str());
  if (folder == nullptr) return found;
  const scope_exit close([&] { ::closedir(folder); });
  while (const dirent* entry = ::readdir(folder)) {
    std::string_view name = entry->d_name;
    if (!name.ends_with(".sock")) continue;
    name.remove_suffix(5);
    const auto number = parse_integer<pid_t>(name);
    if (number && ::kill(*number, 0) == 0) found.push_back(*number);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace weft::top_app
