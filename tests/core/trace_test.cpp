#include <weft/core/trace.hpp>

#include "support.hpp"

#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace {

using namespace core_test;
using weft::task;

class temporary_file {
 public:
  temporary_file() {
    char name[] = "/tmp/weft-trace-XXXXXX";
    const int descriptor = ::mkstemp(name);
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
    path_ = name;
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

std::pair<double, double> span_of(const boost::json::value& event) {
  const auto began = event.at("ts").to_number<double>();
  return {began, began + event.at("dur").to_number<double>()};
}

TEST_CASE("trace: is valid JSON with every task's steps and waits") {
  const temporary_file file;
  auto options = simulated_clock();
  options.trace = file.path();
  auto body = []() -> task<> {
    auto child = weft::spawn(weft::spawn_options{"a \"quoted\" name"}, []() -> task<> { co_await weft::sleep(24h); });
    co_await child;
  };
  CHECK(weft::run(options, body) == 0);
  const auto events = boost::json::parse(file.text()).at("traceEvents").as_array();
  int runs = 0;
  std::vector<std::pair<double, double>> of_child;  // its steps, when they began and ended
  std::pair<double, double> slept;
  bool named = false;
  int ended = 0;
  for (const auto& event : events) {
    const std::string_view name = event.at("name").as_string();
    if (name == "run") ++runs;
    if (name == "run" && event.at("tid") == 2) of_child.push_back(span_of(event));
    if (name == "sleep") slept = span_of(event);
    if (name == "ended") ++ended;
    if (name == "thread_name") named = named || event.at("args").at("name").as_string() == "a \"quoted\" name #2";
  }
  CHECK(runs == 4);
  REQUIRE(of_child.size() == 2);
  CHECK(slept.first == doctest::Approx(of_child[0].second));
  CHECK(slept.second == doctest::Approx(of_child[1].first));
  CHECK(named);
  CHECK(ended == 2);
}

TEST_CASE("trace: a file that cannot be made is an error of run()") {
  auto options = weft::run_options();
  options.trace = "/nonexistent/trace.json";
  CHECK_THROWS_AS(weft::run(options, nothing), boost::system::system_error);
  CHECK(weft::run(nothing) == 0);
}

TEST_CASE("trace: one that the environment asks for ends no run, and a second run has a file of its own") {
  ::setenv("WEFT_TRACE", "/nonexistent/trace.json", 1);
  CHECK(weft::run(nothing) == 0);
  const temporary_file file;
  ::setenv("WEFT_TRACE", file.path().c_str(), 1);
  CHECK(weft::run(nothing) == 0);
  CHECK(weft::run(nothing) == 0);
  ::unsetenv("WEFT_TRACE");
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    const std::string path = entry.path().string();
    if (!path.starts_with(file.path() + ".")) continue;
    std::ifstream text(path);
    CHECK_NOTHROW(boost::json::parse(std::string(std::istreambuf_iterator<char>(text), {})));
    std::filesystem::remove(path);
    ++found;
  }
  CHECK(found == 2);
}

TEST_CASE("trace: a full disk is said in the log and ends nothing") {
  auto options = weft::run_options();
  options.trace = "/dev/full";
  CHECK(weft::run(options, nothing) == 0);
}

}  // namespace
