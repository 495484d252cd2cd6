// A program that weft-top looks into: with "stuck" its loop is held until its input ends, else its tasks wait for a kill.
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/sync/event.hpp>

#include <cstdio>
#include <string_view>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;

weft::task<> wait_for(weft::event& signal) { co_await signal.wait(); }
weft::task<> sleep_long() { co_await weft::sleep(24h); }

void hold() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

weft::task<int> serve(bool stuck) {
  weft::event signal("doorbell");
  const auto name = [](const char* text) { return weft::spawn_options{text}; };
  auto waiter = weft::spawn(name("waiter"), wait_for, std::ref(signal));
  auto sleeper = weft::spawn(name("sleeper"), sleep_long);
  co_await weft::yield();
  std::puts("ready");
  std::fflush(stdout);
  if (stuck) {
    hold();
    co_return 0;
  }
  co_await sleeper.join();
  std::printf("sleeper: %s\n", weft::describe(sleeper.error()).c_str());
  co_return 0;
}

}  // namespace

int main(int argc, char** argv) { return weft::run(serve, argc > 1 && std::string_view(argv[1]) == "stuck"); }
