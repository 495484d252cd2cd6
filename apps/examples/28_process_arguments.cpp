// Arguments, a name, and an end by force: Process(target, name, args), is_alive(), terminate(), exitcode.

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int run_proc(const std::string& name, int age, const std::map<std::string, int>& more) {
  std::printf("%s is %d, m=%d\n", name.c_str(), age, more.at("m"));
  return 3;
}

void run_for_ever() {
  for (;;) std::this_thread::sleep_for(200ms);
}

int main(int argc, char** argv) {
  weft::worker_entry(argc, argv);

  weft::process p({.name = "child"});
  p.start<&run_proc>("test", 18, std::map<std::string, int>{{"m", 20}});
  p.join();
  std::printf("exit code %d\n", std::get<weft::exited>(*p.status()).code);

  weft::process endless;
  endless.start<&run_for_ever>();
  std::printf("alive: %s\n", endless.alive() ? "yes" : "no");
  endless.terminate();
  endless.join();
  std::printf("alive: %s, ended by signal %d\n", endless.alive() ? "yes" : "no",
              std::get<weft::signaled>(*endless.status()).signal);
}
