#include "get/engine.hpp"

#include <utility>

namespace weft::get_app {

engine::engine(const config& settings, url_source& source, fetcher& fetch, progress_view& view, app::text_sink& data)
    : config_(settings), source_(source), fetch_(fetch), view_(view), data_(data), window_(settings.per_host) {}

task<app::exit_code> engine::run() {
  auto body = [this](task_group& group) -> task<> { co_await dispatch(group); };
  co_await scope(body);
  co_return code_;
}

bool engine::wants_more() const { return !ended_ && !reading_ && window_.size() <= config_.jobs; }

task<> engine::dispatch(task_group& group) {
  for (;;) {
    changed_.clear();
    if (wants_more()) {
      reading_ = true;
      group.spawn([this] { return read_more(); });
    }
    while (active_ < config_.jobs) {
      auto next = window_.take();
      if (!next) break;
      ++active_;
      group.spawn([this](job taken) { return work(std::move(taken)); }, std::move(*next));
    }
    if (ended_ && window_.empty()) co_return;
    co_await data_.reserve();
    co_await changed_.wait();
  }
}

task<> engine::read_more() {
  auto jobs = co_await source_.read(config_.jobs);
  reading_ = false;
  ended_ = jobs.empty();
  if (const auto total = source_.total()) view_.expect(*total);
  window_.add(std::move(jobs));
  changed_.set();
}

task<> engine::work(job next) {
  const auto report = co_await fetch_.fetch(next);
  finish(next, report);
}

void engine::finish(const job& next, const file_report& report) {
  if (next.url) window_.release(next.url->origin());
  --active_;
  code_ = app::worst(code_, report.code);
  view_.ended(report);
  if (config_.json) data_.add(json_line(report) + '\n');
  changed_.set();
}

}  // namespace weft::get_app
