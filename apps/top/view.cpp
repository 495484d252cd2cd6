#include "top/view.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "common/display_text.hpp"

namespace weft::top_app {
namespace {

const char* word(const task_info& task) {
  if (task.kill != kill_phase::none) return "killed";
  switch (task.phase) {
    case task_phase::created: return "new";
    case task_phase::ready: return "ready";
    case task_phase::running: return "running";
    case task_phase::waiting: return "waiting";
  }
  return "";
}

std::string wait_of(const task_info& task) {
  std::string text = task.wait;
  if (!task.object.empty()) text += " '" + task.object + "'";
  if (task.holder != 0) text += fmt::format(" (#{})", task.holder);
  return text.empty() ? "-" : text;
}

std::string place_of(const task_info& task) {
  if (task.chain.empty()) return task.spawned_at.empty() ? "-" : "from " + task.spawned_at;
  // The outermost place is the task's own code.
  const await_site& at = task.chain.back();
  const auto slash = at.file.rfind('/');
  return fmt::format("{}:{}", slash == std::string::npos ? at.file : at.file.substr(slash + 1), at.line);
}

std::string cut(const std::string& line, std::size_t width) {
  const std::string safe = app::printable(line);
  return (width == 0 ? safe : app::clipped(safe, width)) + "\n";
}

}  // namespace

std::string list_view(const std::vector<std::vector<task_info>>& loops, std::size_t width) {
  std::string out = cut(fmt::format("{:>4} {:>8} {:<8} {:>9}  {:<28} {:<24} {}", "LOOP", "ID", "STATE", "WAITED",
                                    "TASK", "WAITS FOR", "AT"),
                        width);
  for (std::size_t loop = 0; loop < loops.size(); ++loop) {
    auto tasks = loops[loop];
    std::ranges::sort(tasks, [](const task_info& a, const task_info& b) {
      return a.waited != b.waited ? a.waited > b.waited : a.id < b.id;
    });
    for (const task_info& task : tasks) {
      const std::string waited = task.phase == task_phase::waiting ? fmt::format("{:.2f} s", task.waited) : "-";
      out += cut(fmt::format("{:>4} {:>8} {:<8} {:>9}  {} {} {}", loop, task.id, word(task), waited,
                             app::padded(app::printable(task.name), 28), app::padded(app::printable(wait_of(task)), 24),
                             place_of(task)),
                 width);
    }
  }
  return out;
}

std::string tree_view(const std::vector<std::vector<task_info>>& loops) {
  std::string out;
  for (std::size_t loop = 0; loop < loops.size(); ++loop) {
    if (loops.size() > 1) out += fmt::format("loop {}: ", loop);
    auto tasks = loops[loop];
    for (task_info& task : tasks) task.name = app::printable(task.name);
    out += detail::to_text(tasks);
  }
  return out;
}

}  // namespace weft::top_app
