#include <weft/core/debug_server.hpp>

#include <weft/base/parse.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string>

#include <unistd.h>

namespace weft::detail {

namespace {

namespace json = boost::json;

const char* word(task_phase phase) noexcept {
  switch (phase) {
    case task_phase::created: return "created";
    case task_phase::ready: return "ready";
    case task_phase::running: return "running";
    case task_phase::waiting: return "waiting";
  }
  return "";
}

json::object to_json(const task_info& task) {
  json::object object;
  object["id"] = task.id;
  object["parent"] = task.parent;
  object["name"] = task.name;
  object["state"] = word(task.phase);
  if (task.kill != kill_phase::none) object["kill"] = task.kill == kill_phase::seen ? "seen" : "asked";
  if (!task.wait.empty()) object["wait"] = task.wait;
  if (!task.object.empty()) object["object"] = task.object;
  if (task.holder != 0) object["holder"] = task.holder;
  if (task.holders.size() > 1) object["holders"] = json::array(task.holders.begin(), task.holders.end());
  if (task.phase == task_phase::waiting) object["waited"] = task.waited;
  json::array chain;
  for (const await_site& at : task.chain) chain.emplace_back(at.file + ":" + std::to_string(at.line));
  object["at"] = std::move(chain);
  if (!task.spawned_at.empty()) object["spawned_at"] = task.spawned_at;
  return object;
}

json::object list_tasks(watched_loops& loops) {
  json::array all;
  for (const auto& copies : loops.copy_tasks()) {
    json::array tasks;
    for (const task_info& task : describe_tasks(copies)) tasks.push_back(to_json(task));
    all.push_back(json::object{{"tasks", std::move(tasks)}});
  }
  return {{"pid", ::getpid()}, {"loops", std::move(all)}};
}

json::object kill_task(std::uint64_t id, const std::string& reason, watched_loops& loops) {
  switch (loops.kill(id, reason)) {
    case kill_answer::killed: return {{"killed", true}};
    case kill_answer::late: return {{"error", "the loop is held: the task will be killed when it is free again"}};
    case kill_answer::unknown: break;
  }
  return {{"error", "there is no such task"}};
}

}  // namespace

std::string answer_request(std::string_view request, watched_loops& loops) {
  if (request == "tasks") return json::serialize(list_tasks(loops));
  constexpr std::string_view kill = "kill ";
  if (request.starts_with(kill)) {
    request.remove_prefix(kill.size());
    const auto space = request.find(' ');
    const auto id = parse_integer<std::uint64_t>(request.substr(0, space));
    const auto reason =
        space == std::string_view::npos ? std::string("by weft-top") : std::string(request.substr(space + 1));
    if (id) return json::serialize(kill_task(*id, reason, loops));
  }
  return json::serialize(json::object{{"error", "not understood"}});
}

}  // namespace weft::detail
