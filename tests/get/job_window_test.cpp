#include "get/job_window.hpp"

#include <doctest/doctest.h>

using namespace weft::get_app;

namespace {

std::vector<job> jobs_for(std::vector<std::string> urls) {
  std::vector<job> jobs;
  for (auto& url : urls) {
    job next;
    next.number = jobs.size() + 1;
    if (!url.empty()) next.url = weft::http::url::parse(url);
    jobs.push_back(std::move(next));
  }
  return jobs;
}

std::uint64_t taken(job_window& window) {
  const auto next = window.take();
  return next ? next->number : 0;
}

}  // namespace

TEST_CASE("job_window: list order while the servers have room") {
  job_window window(2);
  window.add(jobs_for({"http://a/1", "http://b/2", "http://a/3"}));
  CHECK(taken(window) == 1);
  CHECK(taken(window) == 2);
  CHECK(taken(window) == 3);
  CHECK(taken(window) == 0);
  CHECK(window.empty());
}

TEST_CASE("job_window: a busy server holds up only its own jobs") {
  job_window window(1);
  window.add(jobs_for({"http://a/1", "http://a/2", "http://b/3", "http://a:81/4"}));
  CHECK(taken(window) == 1);
  CHECK(taken(window) == 3);
  CHECK(taken(window) == 4);
  CHECK(taken(window) == 0);
  CHECK(window.size() == 1);
  window.release("http://a");
  CHECK(taken(window) == 2);
}

TEST_CASE("job_window: a job without a URL needs no room") {
  job_window window(1);
  window.add(jobs_for({"", "http://a/2", "", "http://a/4"}));
  CHECK(taken(window) == 1);
  CHECK(taken(window) == 2);
  CHECK(taken(window) == 3);
  CHECK(taken(window) == 0);
}
