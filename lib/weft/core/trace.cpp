#include <weft/core/trace.hpp>

#include <weft/base/error.hpp>
#include <weft/core/logger.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

namespace weft {

namespace {

using std::chrono::steady_clock;

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view(text)); }

class trace_writer final : public instrument {
 public:
  explicit trace_writer(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "we")) {
    if (file_ == nullptr) throw_errno(errno, "cannot write the trace " + path);
    text_ =
        "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
        R"({"name":"process_name","ph":"M","pid":1,"args":{"name":"weft"}})";
  }
  trace_writer(const trace_writer&) = delete;
  trace_writer& operator=(const trace_writer&) = delete;
  ~trace_writer() override { finish(); }

 private:
  struct wait {
    double began;
    std::string name;
    std::string place;
  };

  void task_spawned(task_view task) noexcept override {
    guarded([&] {
      add(R"({{"name":"spawned","ph":"i","s":"t","pid":1,"tid":{},"ts":{:.3f},"args":{{"by":{}}}}})", task.id(), now(),
          task.parent_id());
    });
  }
  void step_begins(task_view task) noexcept override {
    guarded([&] {
      const double began = now();
      running_.emplace_back(task.id(), began);
      if (named_.insert(task.id()).second) name_row(task);
      const auto waited = waits_.find(task.id());
      if (waited == waits_.end()) return;
      const wait& w = waited->second;
      add(R"({{"name":{},"cat":"wait","ph":"X","pid":1,"tid":{},"ts":{:.3f},"dur":{:.3f},"args":{{"at":{}}}}})",
          quoted(w.name), task.id(), w.began, began - w.began, quoted(w.place));
      waits_.erase(waited);
    });
  }
  void step_ends(task_view task) noexcept override {
    guarded([&] {
      const double ended = now();
      const auto step = std::ranges::find(running_, task.id(), [](const auto& each) { return each.first; });
      if (step == running_.end()) return;
      const double began = step->second;
      running_.erase(step);
      add(R"({{"name":"run","cat":"run","ph":"X","pid":1,"tid":{},"ts":{:.3f},"dur":{:.3f}}})", task.id(), began,
          ended - began);
      if (task.wait() == nullptr) return;
      std::string name = task.wait();
      if (*task.object() != 0) name += fmt::format(" '{}'", task.object());
      const auto at = task.site();
      waits_.insert_or_assign(task.id(), wait{ended, std::move(name), fmt::format("{}:{}", at.file_name(), at.line())});
    });
  }
  void task_ended(task_view task) noexcept override {
    guarded([&] {
      const char* how = task.failed() ? "failed" : task.killed() ? "killed" : "ended";
      add(R"({{"name":"{}","ph":"i","s":"t","pid":1,"tid":{},"ts":{:.3f}}})", how, task.id(), now());
      waits_.erase(task.id());
      named_.erase(task.id());
    });
  }
  void loop_ended() noexcept override { finish(); }

  void name_row(task_view task) {
    add(R"({{"name":"thread_name","ph":"M","pid":1,"tid":{},"args":{{"name":{}}}}})", task.id(),
        quoted(fmt::format("{} #{}", task.name(), task.id())));
  }

  template <class F>
  void guarded(F f) noexcept {
    if (file_ == nullptr) return;
    try {
      f();
    } catch (...) {
      give_up("no memory");
    }
  }
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    constexpr std::size_t piece = std::size_t{256} * 1024;
    text_ += ",\n";
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    if (text_.size() >= piece) write();
  }
  void write() noexcept {
    if (std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size()) give_up(std::strerror(errno));
    text_.clear();
  }
  void finish() noexcept {
    if (file_ == nullptr) return;
    text_ += "\n]}\n";
    write();
    if (file_ != nullptr && std::fclose(std::exchange(file_, nullptr)) != 0) give_up(std::strerror(errno));
  }
  void give_up(const char* why) noexcept {
    if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
    logger()->error("the trace {} is not complete: {}", path_, why);
  }

  [[nodiscard]] double now() const noexcept {
    return std::chrono::duration<double, std::micro>(steady_clock::now() - began_).count();
  }

  std::string path_;
  std::FILE* file_;
  std::string text_;
  steady_clock::time_point began_ = steady_clock::now();
  std::vector<std::pair<std::uint64_t, double>> running_;  // a task of each loop, and when its step began
  std::unordered_map<std::uint64_t, wait> waits_;
  std::unordered_set<std::uint64_t> named_;
};

class instrument_pair final : public instrument {
 public:
  instrument_pair(std::shared_ptr<instrument> first, std::shared_ptr<instrument> second) noexcept
      : first_(std::move(first)), second_(std::move(second)) {}

 private:
  void task_spawned(task_view task) noexcept override {
    first_->task_spawned(task);
    second_->task_spawned(task);
  }
  void step_begins(task_view task) noexcept override {
    first_->step_begins(task);
    second_->step_begins(task);
  }
  void step_ends(task_view task) noexcept override {
    first_->step_ends(task);
    second_->step_ends(task);
  }
  void task_ended(task_view task) noexcept override {
    first_->task_ended(task);
    second_->task_ended(task);
  }
  void loop_ended() noexcept override {
    first_->loop_ended();
    second_->loop_ended();
  }

  std::shared_ptr<instrument> first_;
  std::shared_ptr<instrument> second_;
};

}  // namespace

std::shared_ptr<instrument> chrome_trace(const std::string& path) { return std::make_shared<trace_writer>(path); }

std::shared_ptr<instrument> detail::both(std::shared_ptr<instrument> first, std::shared_ptr<instrument> second) {
  if (!first) return second;
  if (!second) return first;
  return std::make_shared<instrument_pair>(std::move(first), std::move(second));
}

}  // namespace weft
