#include "top/view.hpp"

#include "top/client.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace weft;

namespace {

const char* const answer =
    R"({"pid":7,"loops":[{"tasks":[{"id":1,"parent":0,"name":"main","state":"waiting","wait":"join","holder":2,"waited":1.5,"at":["a/b.cpp:12","c.cpp:3"]},)"
    R"({"id":2,"parent":1,"name":"evil\u001b[31m","state":"running","kill":"seen","at":[]}]}]})";

}  // namespace

TEST_CASE("client: reads an answer, and refuses what is none") {
  const auto loops = top_app::read_tasks(answer);
  REQUIRE(loops.size() == 1);
  REQUIRE(loops[0].size() == 2);
  CHECK(loops[0][0].chain.size() == 2);
  CHECK(loops[0][0].chain[0].line == 12);
  CHECK(loops[0][0].holder == 2);
  CHECK(loops[0][1].phase == task_phase::running);
  CHECK(loops[0][0].kill == kill_phase::none);
  CHECK(loops[0][1].kill == kill_phase::seen);
  for (const char* wrong : {"", "x", "[]", "{}", R"({"loops":1})", R"({"loops":[1]})"})
    CHECK_THROWS_AS(top_app::read_tasks(wrong), top_app::no_answer);
  CHECK_THROWS_WITH_AS(top_app::check_killed(R"({"error":"no such task"})"), "no such task", top_app::no_answer);
  CHECK_NOTHROW(top_app::check_killed(R"({"killed":true})"));
}

TEST_CASE("list_view: longest wait first, safe to print, and no line wider than the screen") {
  const auto loops = top_app::read_tasks(answer);
  const std::string all = top_app::list_view(loops, 0);
  CHECK(all.find("join (#2)") != std::string::npos);
  CHECK(all.find("c.cpp:3") != std::string::npos);
  CHECK(all.find("2 killed") != std::string::npos);
  CHECK(all.find('\x1b') == std::string::npos);
  std::istringstream lines(top_app::list_view(loops, 40));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 40);
}

TEST_CASE("tree_view: shows a task below the one that spawned it") {
  const std::string tree = top_app::tree_view(top_app::read_tasks(answer));
  CHECK(tree.find("#1 main waits for join, 1.50 s by now, on #2") != std::string::npos);
  CHECK(tree.find("\n  #2 evil") != std::string::npos);
  CHECK(tree.find("it was killed, has seen it, and goes on") != std::string::npos);
  CHECK(tree.find('\x1b') == std::string::npos);
}
