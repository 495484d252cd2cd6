// One process writes into a queue, another one reads from it: multiprocessing.Queue. The queue is an argument of both.

#include <cstdio>
#include <string>
#include <weft/weft.hpp>

void write_letters(weft::process_queue<std::string> q) {
  for (const char* value : {"A", "B", "C"}) {
    std::printf("put %s\n", value);
    q.put(value);
  }
}

void read_letters(weft::process_queue<std::string> q) {
  while (!q.empty()) std::printf("got %s\n", q.get().c_str());
}

int main(int argc, char** argv) {
  weft::worker_entry(argc, argv);

  weft::process_queue<std::string> q(3);
  weft::process writer;
  writer.start<&write_letters>(q);
  writer.join();
  std::printf("full: %s, %zu items\n", q.full() ? "yes" : "no", q.qsize());
  try {
    q.put("D", true, std::chrono::milliseconds(1));
  } catch (const weft::queue_full& e) {
    std::puts(e.what());
  }

  weft::process reader;
  reader.start<&read_letters>(q);
  reader.join();
  std::puts("everything is written and read");
}
