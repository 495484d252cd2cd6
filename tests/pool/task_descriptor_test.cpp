#include <weft/pool/task_descriptor.hpp>

#include <doctest/doctest.h>

#include <string>

namespace task_descriptor_test {

int twice(int x) { return 2 * x; }
void nothing() {}

namespace {
int same_name(int x) { return x + 1; }
}  // namespace

using weft::detail::address_of;
using weft::detail::descriptor_of;
using weft::detail::find_task;
using weft::detail::task_address;

TEST_CASE("task_descriptor: a function is found by where it is") {
  CHECK(find_task(address_of<&twice>()) == &descriptor_of<&twice>);
  CHECK(find_task(address_of<&nothing>()) == &descriptor_of<&nothing>);
  CHECK(find_task(address_of<&same_name>()) == &descriptor_of<&same_name>);
  CHECK(find_task(address_of<[](int x) { return x; }>()) != nullptr);
}

TEST_CASE("task_descriptor: anything else is no task") {
  const task_address good = address_of<&twice>();
  const auto changed = [&](auto change) {
    task_address at = good;
    change(at);
    return find_task(at);
  };
  CHECK(changed([](task_address& at) { at.image += 1; }) == nullptr);
  CHECK(changed([](task_address& at) { at.signature += 1; }) == nullptr);
  CHECK(changed([](task_address& at) { at.offset += 8; }) == nullptr);
  CHECK(changed([](task_address& at) { at.offset += 1; }) == nullptr);
  CHECK(changed([](task_address& at) { at.offset = 0; }) == nullptr);
  CHECK(changed([](task_address& at) { at.offset = ~std::uint64_t(0) - 7; }) == nullptr);
  CHECK(changed([](task_address& at) { at.offset = std::uint64_t(1) << 62; }) == nullptr);
}

TEST_CASE("task_descriptor: functions have the names that the program gives them") {
  CHECK(weft::detail::function_name<&twice>() == "task_descriptor_test::twice");
}

}  // namespace task_descriptor_test
