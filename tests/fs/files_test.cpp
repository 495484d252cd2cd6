#include <weft/fs/files.hpp>

#include <weft/core/join.hpp>
#include <weft/core/run.hpp>

#include "fs/temporary_folder.hpp"

#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

using namespace weft;

TEST_CASE("write_file: many at once are complete") {
  const temporary_folder folder;
  const std::string content(20000, 'c');
  const int code = run([&]() -> task<> {
    std::vector<handle<>> writes;
    for (int i = 0; i < 100; ++i)
      writes.push_back(spawn(fs::write_file, folder.path() / std::to_string(i), weft::borrowed(bytes_of(content)),
                             fs::atomic_file_options{}));
    co_await joinall(writes);
  });
  CHECK(code == 0);
  CHECK(folder.entries() == 100);
  CHECK(folder.read("99") == content);
}

TEST_CASE("write_file: a kept name is an error") {
  const temporary_folder folder;
  folder.put("a", "old");
  bool refused = false;
  const int code = run([&]() -> task<> {
    const auto options = fs::atomic_file_options{.on_existing = fs::on_existing::keep};
    try {
      co_await fs::write_file(folder.path() / "a", bytes_of("new"), options);
    } catch (const boost::system::system_error& e) {
      refused = e.code() == boost::system::errc::file_exists;
    }
  });
  CHECK(code == 0);
  CHECK(refused);
  CHECK(folder.read("a") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("write_file: killed while it writes, the file is whole or not there") {
  const temporary_folder folder;
  const std::string content(4 * 1024 * 1024, 'c');
  const int code = run([&]() -> task<> {
    auto write =
        spawn(fs::write_file, folder.path() / "a", weft::borrowed(bytes_of(content)), fs::atomic_file_options{});
    co_await yield();
    co_await write.kill_join("enough");
    CHECK(write.killed());
  });
  CHECK(code == 0);
  CHECK(folder.read("a") == content);
}
