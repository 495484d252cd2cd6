// Copies a folder with a pool of processes, a file a task; each puts the name of what it has copied into a queue, and the
// parent counts: the copier that people write first. weft-copy is what became of it.

#include <unistd.h>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>
#include <weft/weft.hpp>

namespace fs = std::filesystem;

void copy_file(std::string name, std::string from, std::string to, weft::process_queue<std::string> done) {
  std::ifstream source(fs::path(from) / name, std::ios::binary);
  if (!source) throw std::runtime_error("cannot read " + name);
  const std::string content{std::istreambuf_iterator<char>(source), {}};
  std::ofstream(fs::path(to) / name, std::ios::binary) << content;
  done.put(name);
}

weft::task<> copy_folder(std::string from, std::string to) {
  fs::create_directory(to);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(from)) names.push_back(entry.path().filename());

  weft::process_queue<std::string> done(16);
  weft::process_pool pool({.workers = 3});
  std::vector<weft::future<>> copies;
  for (const auto& name : names) copies.push_back(pool.submit<&copy_file>(name, from, to, done));
  for (std::size_t count = 1; count <= names.size(); ++count) {
    static_cast<void>(co_await done.async_get());
    std::printf("%3zu %%\n", 100 * count / names.size());
  }
  for (auto& copy : copies) co_await copy;  // what one has failed with
}

weft::task<> work() {
  const fs::path folder = fs::temp_directory_path() / ("weft-example-" + std::to_string(::getpid()));
  const weft::scope_exit remove([&] { fs::remove_all(folder); });
  fs::create_directories(folder / "old");
  for (int i = 0; i < 10; ++i) std::ofstream(folder / "old" / std::to_string(i)) << "file " << i;
  co_await copy_folder(folder / "old", folder / "new");
  std::ifstream last(folder / "new" / "9");
  std::printf("%s\n", std::string(std::istreambuf_iterator<char>(last), {}).c_str());
}

int main() { return weft::run(work); }
