// Arguments and results that fail on their way, at either end.

#include <weft/pool/process_pool.hpp>

#include "core/support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace process_pool_wire_test {

enum class trouble { none, throws, exits, crashes };

/// Makes trouble when it is taken down, or read, in a worker, or read in the parent.
struct fragile {
  trouble taken_down = trouble::none;
  trouble read = trouble::none;
  trouble read_by_parent = trouble::none;
};

pid_t parent = 0;  // in the parent

void make(trouble what) {
  if (what == trouble::throws) throw std::range_error("on its way");
  if (what == trouble::exits) std::_Exit(7);
  if (what == trouble::crashes) std::raise(SIGSEGV);
}

}  // namespace process_pool_wire_test

template <>
struct weft::codec<process_pool_wire_test::fragile> {
  using fragile = process_pool_wire_test::fragile;
  static void encode(encoder& to, const fragile& value) {
    if (process_pool_wire_test::parent == 0) make(value.taken_down);
    weft::encode(to, value.taken_down);
    weft::encode(to, value.read);
    weft::encode(to, value.read_by_parent);
  }
  static fragile decode(decoder& from) {
    fragile value;
    value.taken_down = weft::decode<process_pool_wire_test::trouble>(from);
    value.read = weft::decode<process_pool_wire_test::trouble>(from);
    value.read_by_parent = weft::decode<process_pool_wire_test::trouble>(from);
    make(process_pool_wire_test::parent == 0 ? value.read : value.read_by_parent);
    return value;
  }
};

namespace process_pool_wire_test {

using weft::process_pool;

fragile give_back(fragile value) { return value; }
int add(int a, int b) { return a + b; }
std::size_t size_of(const std::string& text) { return text.size(); }
std::string crash_or_repeat(const std::string& text, bool crashes) {
  if (crashes) std::raise(SIGKILL);
  return text;
}
/// Objects that live in this process.
std::atomic<int> living = 0;
struct counted {
  counted() { ++living; }
  counted(const counted& /*other*/) { ++living; }
  counted& operator=(const counted&) = default;
  ~counted() { --living; }
  template <class Archive>
  void serialize(Archive& /*archive*/) {}
};
int count_living(const counted& /*one*/) { return living; }

std::ptrdiff_t descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

class of_parent {
 public:
  of_parent() { parent = ::getpid(); }
  of_parent(const of_parent&) = delete;
  of_parent& operator=(const of_parent&) = delete;
  ~of_parent() { parent = 0; }
};

TEST_CASE("process_pool: what fails on its way, at either end, costs its task alone") {
  const of_parent here;
  process_pool pool({.workers = 1});
  std::vector<weft::future<int>> others;
  const auto check = [&](fragile value, auto expect) {
    auto failing = pool.submit<&give_back>(value);
    for (int i = 0; i < 5; ++i) others.push_back(pool.submit<&add>(i, 1));
    expect(failing);
    CHECK(pool.apply<&add>(1, 2) == 3);
  };
  const auto throws = [](auto& failing) { CHECK_THROWS_AS(static_cast<void>(failing.get()), std::range_error); };
  const auto exits = [](auto& failing) {
    try {
      static_cast<void>(failing.get());
      FAIL("it has ended well");
    } catch (const weft::worker_lost& lost) {
      CHECK(lost.exit_code() == 7);
    }
  };
  const auto crashes = [](auto& failing) { CHECK_THROWS_AS(static_cast<void>(failing.get()), weft::worker_lost); };
  check({.taken_down = trouble::throws}, throws);
  check({.taken_down = trouble::exits}, exits);
  check({.taken_down = trouble::crashes}, crashes);
  check({.read = trouble::throws}, throws);
  check({.read = trouble::exits}, exits);
  check({.read = trouble::crashes}, crashes);
  check({.read_by_parent = trouble::throws}, throws);
  for (std::size_t i = 0; i < others.size(); ++i) CHECK(others[i].get() == static_cast<int>(i % 5) + 1);
}

TEST_CASE("process_pool: a crash while much is on its way costs its task alone") {
  process_pool pool({.workers = 2});
  const std::string large(1'000'000, 'x');
  std::vector<weft::future<std::string>> all;
  for (int i = 0; i < 24; ++i) all.push_back(pool.submit<&crash_or_repeat>(large, i % 8 == 3));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 8 == 3) {
      CHECK_THROWS_AS(static_cast<void>(all[i].get()), weft::worker_lost);
    } else {
      CHECK(all[i].get().size() == large.size());
    }
  }
}

TEST_CASE("process_pool: a worker keeps nothing of what a task was given") {
  process_pool pool({.workers = 1});
  for (int i = 0; i < 3; ++i) CHECK(pool.apply<&count_living>(counted()) == 1);
}

TEST_CASE("process_pool: large arguments that wait take no descriptors, and ended tasks keep none") {
  process_pool pool({.workers = 1});
  CHECK(pool.apply<&size_of>(std::string(100'000, 'x')) == 100'000);
  const auto before = descriptors();
  std::vector<weft::future<std::size_t>> all;
  const std::string large(100'000, 'x');
  std::ptrdiff_t most = 0;
  for (int i = 0; i < 300; ++i) {
    all.push_back(pool.submit<&size_of>(large));
    most = std::max(most, descriptors());
  }
  for (const auto& each : all) CHECK(each.get() == large.size());
  CHECK(most - before < 100);
  CHECK(descriptors() <= before);
}

TEST_CASE("process_pool: map_unordered() and starmap() of nothing give nothing") {
  process_pool pool({.workers = 1});
  for ([[maybe_unused]] const std::size_t each : pool.map_unordered<&size_of>(std::vector<std::string>())) FAIL("one");
  CHECK(pool.starmap<&add>(std::vector<std::pair<int, int>>()).empty());
}

}  // namespace process_pool_wire_test
