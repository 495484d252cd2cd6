// One name, a value for each thread: threading.local(). No thread sees what another has set.

#include <cstdio>
#include <string>
#include <weft/weft.hpp>

weft::thread_local_value<std::string> student;

void greet() { std::printf("Hello, %s (in %s)\n", student->c_str(), weft::this_thread::name().c_str()); }

void work(std::string name) {
  student.set(std::move(name));
  greet();
}

int main() {
  const weft::thread first({.name = "Thread-A"}, work, "Alice");
  const weft::thread second({.name = "Thread-B"}, work, "Bob");
  first.join();
  second.join();
  std::printf("the main thread has none: '%s'\n", student->c_str());
}
