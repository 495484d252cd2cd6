// A producer hands each item to a consumer and waits for its answer: Python's generator driven by send().

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <weft/weft.hpp>

// What passes between the two; each event says that its side is filled.
struct exchange {
  std::optional<int> item;
  std::string answer;
  weft::event sent;
  weft::event answered;
};

weft::task<> consume(exchange& with) {
  for (;;) {
    co_await with.sent.wait();
    with.sent.clear();
    if (!with.item) co_return;
    std::printf("[CONSUMER] Consuming %d...\n", *with.item);
    with.answer = "200 OK";
    with.answered.set();
  }
}

weft::task<> produce(exchange& with) {
  for (int n = 1; n <= 5; ++n) {
    std::printf("[PRODUCER] Producing %d...\n", n);
    with.item = n;
    with.sent.set();
    co_await with.answered.wait();
    with.answered.clear();
    std::printf("[PRODUCER] Consumer return: %s\n", with.answer.c_str());
  }
  with.item.reset();
  with.sent.set();
}

weft::task<> trade() {
  exchange shared;
  auto consumer = weft::spawn(consume, std::ref(shared));
  auto producer = weft::spawn(produce, std::ref(shared));
  co_await weft::joinall(producer, consumer);
}

int main() { return weft::run(trade); }
