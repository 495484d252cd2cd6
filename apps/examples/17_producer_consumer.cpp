// The consumer is a generator, and the producer drives it: no loop, no task, no lock. 02_send has the same between two
// tasks.

#include <cstdio>
#include <string>
#include <weft/weft.hpp>

weft::generator<std::string, int> consumer() {
  std::string answer;
  for (;;) {
    const int n = co_yield answer;
    std::printf("[CONSUMER] Consuming %d...\n", n);
    answer = "200 OK";
  }
}

void produce(weft::generator<std::string, int> consumer) {
  static_cast<void>(consumer.next());  // to its first co_yield: Python's c.send(None)
  for (int n = 1; n <= 3; ++n) {
    std::printf("[PRODUCER] Producing %d...\n", n);
    const auto answer = consumer.send(n);
    std::printf("[PRODUCER] Consumer return: %s\n", answer->c_str());
  }
}  // c.close(): the generator ends with its owner

int main() { produce(consumer()); }
