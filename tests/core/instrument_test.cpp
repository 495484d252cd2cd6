#include <weft/core/instrument.hpp>

#include "support.hpp"

#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

class recorder final : public weft::instrument {
 public:
  std::vector<std::string> log;

 private:
  void task_spawned(weft::task_view task) noexcept override { note(task, "spawned"); }
  void step_begins(weft::task_view task) noexcept override { note(task, "begins"); }
  void step_ends(weft::task_view task) noexcept override {
    note(task, task.wait() != nullptr ? task.wait() : "no wait");
  }
  void task_ended(weft::task_view task) noexcept override { note(task, task.killed() ? "killed" : "ended"); }
  void loop_ended() noexcept override { log.emplace_back("loop ended"); }
  void note(weft::task_view task, const char* what) { log.push_back("#" + std::to_string(task.id()) + " " + what); }
};

TEST_CASE("instrument: is told every step of every task, in order") {
  auto hooks = std::make_shared<recorder>();
  auto options = weft::run_options();
  options.instrument = hooks;
  auto body = []() -> task<> {
    auto child = weft::spawn(nothing);
    auto victim = weft::spawn(nothing);
    victim.kill();
    co_await child;
    co_await weft::yield();
  };
  CHECK(weft::run(options, body) == 0);
  CHECK(hooks->log == std::vector<std::string>{"#1 spawned", "#1 begins", "#2 spawned", "#3 spawned", "#1 join",
                                               "#2 begins", "#2 no wait", "#2 ended", "#3 begins", "#3 no wait",
                                               "#3 killed", "#1 begins", "#1 no wait", "#1 begins", "#1 no wait",
                                               "#1 ended", "loop ended"});
}

TEST_CASE("instrument: may kill the task whose step has ended, and sees where it stands") {
  class killer final : public weft::instrument {
   public:
    std::uint_least32_t line = 0;

   private:
    void step_ends(weft::task_view task) noexcept override {
      if (task.wait() == nullptr || task.id() != 2) return;
      line = task.site().line();
      victim->kill("by the instrument");
    }

   public:
    weft::handle<>* victim = nullptr;
  };
  auto hooks = std::make_shared<killer>();
  auto options = weft::run_options();
  options.instrument = hooks;
  auto body = [&]() -> task<> {
    weft::handle<> child;
    hooks->victim = &child;
    child = weft::spawn([]() -> task<> { co_await weft::sleep(24h); });
    co_await child.join();
    CHECK(child.killed());
  };
  CHECK(weft::run(options, body) == 0);
  CHECK(hooks->line > 50);
}

}  // namespace
