// Two threads that each hold one lock and want the other's wait for ever. A time limit ends that: who gives up lets go of
// what it has, and tries again. watch_lock_order() says that the locks are taken in both orders, even in a run in which
// nothing has gone wrong.

#include <chrono>
#include <cstdio>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

weft::lock a("A");
weft::lock b("B");

void both(weft::lock& first, weft::lock& second, const char* name) {
  for (;;) {
    const auto outer = first.acquire();
    if (const auto inner = second.acquire_for(1ms)) {
      std::printf("%s has both locks\n", name);
      return;
    }
  }
}

int main() {
  {
    const weft::thread one(both, std::ref(a), std::ref(b), "thread 1");
    const weft::thread two(both, std::ref(b), std::ref(a), "thread 2");
  }
  weft::watch_lock_order([](const weft::lock_order_report& report) {
    std::printf("%s is taken while %s is held, elsewhere it is the other way round\n", report.here.second.c_str(),
                report.here.first.c_str());
  });
  {
    const auto outer = a.acquire();
    const auto inner = b.acquire();
  }
  const auto outer = b.acquire();
  const auto inner = a.acquire();
}
