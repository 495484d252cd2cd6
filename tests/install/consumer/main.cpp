#include <chrono>
#include <cstdio>
#include <string>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

weft::task<> say(std::string word, weft::duration delay) {
  co_await weft::sleep(delay);
  std::puts(word.c_str());
}

weft::task<> greet() {
  auto tick = weft::spawn(say, "tick", 0ms);
  auto tock = weft::spawn(say, "tock", 20ms);
  co_await weft::joinall(tick, tock);
  std::puts("joined 2 tasks");
}

int main() { return weft::run(greet); }
