#include "get/demo/demo.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <weft/core/run.hpp>
#include <weft/core/task_group.hpp>
#include <weft/fs/files.hpp>

#include "get/demo/contact_sheet.hpp"
#include "get/demo/gallery.hpp"
#include "get/demo/picture_server.hpp"
#include "get/program.hpp"

namespace weft::get_app::demo {
namespace {

std::vector<sheet_entry> downloaded_pictures(const std::filesystem::path& folder) {
  std::vector<sheet_entry> entries;
  for (std::size_t index = 0; index < gallery_size; ++index) {
    std::error_code code;
    const auto bytes = std::filesystem::file_size(folder / picture_name(index), code);
    if (!code) entries.push_back({picture_name(index), bytes});
  }
  return entries;
}

task<> write_sheet(const config& settings) {
  const auto page = contact_sheet(downloaded_pictures(settings.dir), "weft-get: sixty pictures");
  const auto path = settings.dir / "index.html";
  co_await fs::write_file(path, std::as_bytes(std::span(page)));
}

task<int> demonstrate(config& settings) {
  picture_server server(net::listen("127.0.0.1", 0));
  for (std::size_t index = 0; index < gallery_size; ++index) settings.urls.push_back(server.url_of(index));
  auto body = [&](task_group& group) -> task<int> {
    const auto serving = co_await group.spawn([&server] { return server.run(); });
    const auto code = co_await download(settings);
    serving.kill();
    co_return code;
  };
  const int code = co_await scope(body);
  co_await write_sheet(settings);
  if (settings.show == display::bar || settings.show == display::plain) {
    say("look at them: " + (settings.dir / "index.html").native());
  }
  co_return code;
}

}  // namespace

int run_demo(config settings) {
  return run(run_options{.name = "weft-get"}, [&settings] { return demonstrate(settings); });
}

}  // namespace weft::get_app::demo
