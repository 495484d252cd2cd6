#include "get/name_plan.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace weft::get_app;
using verdict = planned_name::verdict;

namespace {

/// A folder in memory.
struct folder {
  std::map<std::string, occupant> entries;
  std::size_t looks = 0;

  name_plan plan(conflict_policy policy) {
    return name_plan(policy, [this](const std::string& name) {
      ++looks;
      const auto found = entries.find(name);
      return found == entries.end() ? occupant::nothing : found->second;
    });
  }
};

void check(const planned_name& planned, verdict decision, std::string_view name) {
  CHECK(planned.decision == decision);
  CHECK(planned.name == name);
}

}  // namespace

TEST_CASE("name_plan: equal names of one run are numbered in list order under every policy but fail") {
  for (const auto policy : {conflict_policy::rename, conflict_policy::skip, conflict_policy::overwrite}) {
    folder empty;
    auto plan = empty.plan(policy);
    check(plan.assign("a.jpg"), verdict::write, "a.jpg");
    check(plan.assign("a.jpg"), verdict::write, "a.1.jpg");
    check(plan.assign("b.jpg"), verdict::write, "b.jpg");
    check(plan.assign("a.jpg"), verdict::write, "a.2.jpg");
  }
}

TEST_CASE("name_plan: a name that a number has taken is numbered in turn") {
  folder empty;
  auto plan = empty.plan(conflict_policy::rename);
  check(plan.assign("a.1.jpg"), verdict::write, "a.1.jpg");
  check(plan.assign("a.jpg"), verdict::write, "a.jpg");
  check(plan.assign("a.jpg"), verdict::write, "a.2.jpg");
  check(plan.assign("a.1.jpg"), verdict::write, "a.1.1.jpg");
}

TEST_CASE("name_plan: rename goes around what is on disk") {
  folder disk{{{"a.jpg", occupant::file}, {"a.1.jpg", occupant::other}}};
  auto plan = disk.plan(conflict_policy::rename);
  check(plan.assign("a.jpg"), verdict::write, "a.2.jpg");
}

TEST_CASE("name_plan: skip leaves what is there, and the same list gives the same names again") {
  folder disk{{{"a.jpg", occupant::file}, {"a.1.jpg", occupant::file}}};
  auto plan = disk.plan(conflict_policy::skip);
  check(plan.assign("a.jpg"), verdict::skip, "a.jpg");
  check(plan.assign("a.jpg"), verdict::skip, "a.1.jpg");
  check(plan.assign("a.jpg"), verdict::write, "a.2.jpg");
}

TEST_CASE("name_plan: overwrite replaces files that were there before the run only") {
  folder disk{{{"a.jpg", occupant::file}}};
  auto plan = disk.plan(conflict_policy::overwrite);
  check(plan.assign("a.jpg"), verdict::replace, "a.jpg");
  check(plan.assign("a.jpg"), verdict::write, "a.1.jpg");
}

TEST_CASE("name_plan: fail refuses what is there and what the run has") {
  folder disk{{{"a.jpg", occupant::file}}};
  auto plan = disk.plan(conflict_policy::fail);
  check(plan.assign("a.jpg"), verdict::exists, "a.jpg");
  check(plan.assign("b.jpg"), verdict::write, "b.jpg");
  check(plan.assign("b.jpg"), verdict::exists, "b.jpg");
}

TEST_CASE("name_plan: a folder or FIFO is never a target") {
  for (const auto policy : {conflict_policy::skip, conflict_policy::overwrite, conflict_policy::fail}) {
    folder disk{{{"a.jpg", occupant::other}}};
    auto plan = disk.plan(policy);
    check(plan.assign("a.jpg"), verdict::not_a_file, "a.jpg");
  }
}

TEST_CASE("name_plan: a hundred thousand equal names cost one look each") {
  folder empty;
  auto plan = empty.plan(conflict_policy::rename);
  for (int i = 0; i < 100000; ++i) plan.assign("image.jpg");
  check(plan.assign("image.jpg"), verdict::write, "image.100000.jpg");
  CHECK(empty.looks == 100001);
}
