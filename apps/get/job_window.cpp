#include "get/job_window.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weft::get_app {

void job_window::add(std::vector<job> jobs) {
  waiting_.insert(waiting_.end(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
}

/// A job without a URL goes nowhere and needs no room.
bool job_window::has_room(const job& next) const {
  if (!next.url) return true;
  const auto found = active_.find(next.url->origin());
  return found == active_.end() || found->second < per_host_;
}

std::optional<job> job_window::take() {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [this](const job& next) { return has_room(next); });
  if (found == waiting_.end()) return std::nullopt;
  job next = std::move(*found);
  waiting_.erase(found);
  if (next.url) ++active_[std::string(next.url->origin())];
  return next;
}

void job_window::release(std::string_view origin) {
  const auto found = active_.find(origin);
  if (--found->second == 0) active_.erase(found);
}

}  // namespace weft::get_app
