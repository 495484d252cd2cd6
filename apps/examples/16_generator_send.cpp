// A generator that is given something each time it goes on: Python's send(). co_yield gives a value out and evaluates
// to what came in; next() brings nothing, as Python's brings None.

#include <cstdio>
#include <optional>
#include <string>
#include <weft/weft.hpp>

using text = std::optional<std::string>;

weft::generator<int, text> gen() {
  for (int i = 0; i < 5; ++i) {
    const text temp = co_yield i;
    std::puts(temp ? temp->c_str() : "None");
  }
}

void show(std::optional<int> value) {
  value ? static_cast<void>(std::printf("Out: %d\n", *value)) : static_cast<void>(std::puts("StopIteration"));
}

int main() {
  auto f = gen();
  show(f.next());
  show(f.send("haha"));
  show(f.next());
  show(f.send("haha"));
  show(f.next());
  show(f.next());
}
