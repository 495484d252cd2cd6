// Two pictures fetched at the same time, each saved under its name: the downloader of pictures, music and films. A file
// appears under its name only when it is complete. weft-get is this program grown up.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "local_server.hpp"

using namespace std::chrono_literals;
namespace http = weft::http;
namespace net = weft::net;

weft::task<> download(std::filesystem::path file, std::string url) {
  http::response response = co_await http::get(url);
  const auto data = co_await response.bytes();
  co_await weft::fs::write_file(file, data);
  std::printf("%zu bytes in %s\n", data.size(), file.filename().c_str());
}

weft::task<> download_pictures(std::filesystem::path folder) {
  auto source = net::listen("127.0.0.1", 0);
  const std::string base = "http://127.0.0.1:" + std::to_string(source.port());
  const std::vector<page> pages{{"/7a082c0d.jpg", 90'112, 20ms}, {"/da8e974dc_is.jpg", 12'605, 0ms}};
  auto server = weft::spawn(serve_pages, std::move(source), pages);

  auto first = weft::spawn(download, folder / "7a082c0d.jpg", base + "/7a082c0d.jpg");
  auto second = weft::spawn(download, folder / "da8e974dc_is.jpg", base + "/da8e974dc_is.jpg");
  co_await weft::joinall(first, second);
  co_await server.kill_join();
}

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "weft-example-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  const std::filesystem::path folder = name;
  const int result = weft::run(download_pictures, folder);
  std::filesystem::remove_all(folder);
  return result;
}
