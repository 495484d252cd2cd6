#include <weft/core/snapshot.hpp>

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <span>
#include <unordered_map>

namespace weft::detail {

namespace {

using task_index = std::unordered_map<std::uint64_t, const task_info*>;

task_index index_of(const std::vector<task_info>& tasks) {
  task_index index;
  for (const task_info& task : tasks) index.emplace(task.id, &task);
  return index;
}

std::span<const std::uint64_t> holders_of(const task_info& task) {
  if (!task.holders.empty()) return task.holders;
  return std::span(&task.holder, task.holder != 0 ? 1 : 0);
}

const char* kill_note(kill_phase kill) noexcept {
  switch (kill) {
    case kill_phase::none: return "";
    case kill_phase::asked: return "; it was killed";
    case kill_phase::seen: return "; it was killed, has seen it, and goes on";
  }
  return "";
}

std::string label(const task_info& task) { return fmt::format("#{} {}", task.id, task.name); }

std::string doing(const task_info& task, const task_index& index) {
  switch (task.phase) {
    case task_phase::created: return task.wait.empty() ? "has not started" : "waits for " + task.wait;
    case task_phase::ready: return "is ready to run";
    case task_phase::running: return "is running";
    case task_phase::waiting: break;
  }
  std::string text = "waits for " + task.wait;
  if (!task.object.empty()) text += fmt::format(" '{}'", task.object);
  if (task.waited >= 0.01) text += fmt::format(", {:.2f} s by now", task.waited);
  if (const auto holder = index.find(task.holder); holder != index.end()) {
    text += ", on " + label(*holder->second);
    if (task.holders.size() > 1) text += fmt::format(" and {} more", task.holders.size() - 1);
  }
  return text;
}

class tree_writer {
 public:
  explicit tree_writer(const std::vector<task_info>& tasks) : index_(index_of(tasks)) {
    for (const task_info& task : tasks) children_[index_.contains(task.parent) ? task.parent : 0].push_back(&task);
  }

  [[nodiscard]] std::string text() {
    // Not recursive: a chain of tasks that spawned each other may be long.
    std::vector<std::pair<const task_info*, std::size_t>> open;
    push_children(open, 0, 0);
    std::string out;
    while (!open.empty()) {
      const auto [task, depth] = open.back();
      open.pop_back();
      write(out, *task, depth);
      push_children(open, task->id, depth + 1);
    }
    return out;
  }

  [[nodiscard]] const task_index& index() const noexcept { return index_; }

 private:
  void push_children(std::vector<std::pair<const task_info*, std::size_t>>& open, std::uint64_t of, std::size_t depth) {
    const auto found = children_.find(of);
    if (found == children_.end()) return;
    for (auto child = found->second.rbegin(); child != found->second.rend(); ++child) open.emplace_back(*child, depth);
  }
  void write(std::string& out, const task_info& task, std::size_t depth) const {
    const std::string indent(2 * std::min<std::size_t>(depth, 20), ' ');
    out += fmt::format("{}{} {}\n", indent, label(task), doing(task, index_) + kill_note(task.kill));
    for (const await_site& at : task.chain) out += fmt::format("{}    at {}:{}\n", indent, at.file, at.line);
    if (task.chain.empty() && !task.spawned_at.empty()) out += fmt::format("{}    from {}\n", indent, task.spawned_at);
  }

  task_index index_;
  std::unordered_map<std::uint64_t, std::vector<const task_info*>> children_;
};

}  // namespace

// Depth first, along the tasks that each one waits for: one that is met again on the way closes a ring. Not recursive.
std::vector<std::vector<std::uint64_t>> find_rings(const std::vector<task_info>& tasks) {
  constexpr auto done = static_cast<std::size_t>(-1);
  const task_index index = index_of(tasks);
  std::unordered_map<std::uint64_t, std::size_t> places;  // of those that were met: on the path, or done
  std::vector<std::vector<std::uint64_t>> rings;
  for (const task_info& start : tasks) {
    std::vector<std::pair<std::uint64_t, std::size_t>> path;  // each with the next of its holders to follow
    if (places.emplace(start.id, 0).second) path.emplace_back(start.id, 0);
    while (!path.empty()) {
      auto& [id, next_holder] = path.back();
      const auto holders = holders_of(*index.at(id));
      if (next_holder == holders.size()) {
        places[id] = done;
        path.pop_back();
        continue;
      }
      const std::uint64_t next = holders[next_holder++];
      if (!index.contains(next)) continue;
      const auto [met, is_new] = places.emplace(next, path.size());
      if (is_new) {
        path.emplace_back(next, 0);
      } else if (met->second != done) {
        auto& ring = rings.emplace_back();
        for (std::size_t i = met->second; i < path.size(); ++i) ring.push_back(path[i].first);
      }
    }
  }
  return rings;
}

std::string to_text(const std::vector<task_info>& tasks) {
  tree_writer tree(tasks);
  std::string out = fmt::format("{} {}\n", tasks.size(), tasks.size() == 1 ? "task" : "tasks");
  out += tree.text();
  for (const auto& ring : find_rings(tasks)) {
    out += "these wait for each other: ";
    for (const std::uint64_t id : ring) out += label(*tree.index().at(id)) + " -> ";
    out += label(*tree.index().at(ring.front())) + "\n";
  }
  return out;
}

}  // namespace weft::detail
