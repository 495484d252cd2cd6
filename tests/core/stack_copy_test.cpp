#include <weft/core/stack_copy.hpp>

#include <weft/core/interrupt.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

namespace {

using namespace weft::detail;

std::atomic<bool> is_stopping;
std::atomic<const void*> address_in_outer;
std::atomic<unsigned> work;

[[gnu::noinline]] void inner(void (*step)()) {
  address_in_outer = __builtin_return_address(0);
  while (!is_stopping) step();
  work = 1;
}

[[gnu::noinline]] void call_inner(void (*step)()) {
  inner(step);
  work = 2;  // so that the call above is no jump
}

void throw_and_catch() {
  try {
    throw std::runtime_error("on the way");
  } catch (const std::runtime_error&) {
    work = 3;
  }
}

/// Interrupts a thread that does `step` over and over; gives how often its caller was found.
int count_found(void (*step)(), int times) {
  is_stopping = false;
  address_in_outer = nullptr;
  std::thread busy(call_inner, step);
  while (address_in_outer == nullptr) std::this_thread::yield();
  int found = 0;
  auto copy = stack_copy();
  copy.stack = stack_of(busy.native_handle());
  for (int i = 0; i < times; ++i) {
    auto into = [](void* to, const ucontext_t& at) { copy_stack(at, *static_cast<stack_copy*>(to)); };
    REQUIRE(interrupt_thread(busy.native_handle(), into, &copy));
    const auto callers = likely_callers(copy, stack_copy::longest);
    if (std::ranges::find(callers, address_in_outer.load()) != callers.end()) ++found;
  }
  is_stopping = true;
  busy.join();
  return found;
}

TEST_CASE("stack copy: finds the callers of what an interrupted thread does") {
  CHECK(count_found([] { work = 4; }, 100) == 100);
}

TEST_CASE("stack copy: of a thread that throws exceptions all the time") {
  CHECK(count_found(throw_and_catch, 2000) == 2000);
}

TEST_CASE("stack copy: of a thread that is on a stack of its own making holds no words") {
  std::byte elsewhere[64];
  auto copy = stack_copy();
  copy.stack = {reinterpret_cast<const void* const*>(elsewhere), 8};
  auto context = ucontext_t();
  REQUIRE(::getcontext(&context) == 0);
  copy_stack(context, copy);
  CHECK(copy.size == 0);
  CHECK(likely_callers(copy, 10).size() == 1);
}

}  // namespace
