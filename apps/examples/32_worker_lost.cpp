// A task that crashes takes no other with it, nor the program: its future says what happened, and the pool goes on.

#include <csignal>
#include <cstdio>
#include <vector>
#include <weft/weft.hpp>

int risky(int n) {
  if (n == 2) std::raise(SIGKILL);
  return 10 * n;
}

int main(int argc, char** argv) {
  weft::worker_entry(argc, argv);

  weft::process_pool pool({.workers = 2});
  std::vector<weft::future<int>> results;
  for (int n = 0; n < 5; ++n) results.push_back(pool.submit<&risky>(weft::submit_options{.name = "risky"}, n));
  for (int n = 0; n < 5; ++n) {
    try {
      std::printf("%d: %d\n", n, results[static_cast<std::size_t>(n)].get());
    } catch (const weft::worker_lost& e) {
      std::printf("%d: task '%s' was lost by signal %d\n", n, e.task().c_str(), *e.signal());
    }
  }
}
