#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "get/url_source.hpp"

namespace weft::get_app {

/// The jobs that may start next: in list order, but past those whose server is busy.
///
/// Cost: take() is linear in the jobs whose server is busy, none of which allocates.
class job_window {
 public:
  explicit job_window(std::size_t per_host) : per_host_(per_host) {}

  void add(std::vector<job> jobs);
  /// The first job whose server has room, which is then taken; nothing when there is none.
  std::optional<job> take();
  /// A job that take() gave has ended.
  void release(std::string_view origin);

  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }

 private:
  bool has_room(const job& next) const;

  std::size_t per_host_;
  std::deque<job> waiting_;
  std::map<std::string, std::size_t, std::less<>> active_;  // by origin, none of them 0
};

}  // namespace weft::get_app
