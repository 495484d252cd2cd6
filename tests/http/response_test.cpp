#include <weft/http/response.hpp>

#include <boost/system/system_error.hpp>

#include "peer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace weft;
using peer::script;
using peer::scripted_peer;

class folder {
 public:
  folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-http-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("response: save writes the body, whole, under the name asked for") {
  testkit::run([]() -> task<> {
    const folder target;
    const std::string large(700'000, 'x');
    scripted_peer server(peer::serve(peer::ok(large)).expect(peer::end_of_head).send(peer::ok("")));
    http::client client;
    http::response r = co_await client.get(peer::url(server));
    const std::uint64_t size = co_await r.save(target.path() / "large");
    CHECK(size == large.size());
    CHECK(content(target.path() / "large") == large);
    http::response empty = co_await client.get(peer::url(server));
    co_await empty.save(target.path() / "empty");
    CHECK(std::filesystem::file_size(target.path() / "empty") == 0);
  });
}

TEST_CASE("response: a body that is cut leaves no file, and a name to be kept is kept") {
  testkit::run([]() -> task<> {
    const folder target;
    scripted_peer cut(
        script().expect(peer::end_of_head).send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").close());
    http::client client;
    http::response r = co_await client.get(peer::url(cut));
    CHECK(co_await peer::failure(r.save(target.path() / "cut")) == http::error_kind::body_incomplete);
    CHECK(std::filesystem::is_empty(target.path()));

    std::ofstream(target.path() / "taken") << "old";
    scripted_peer server(peer::serve(peer::ok("new")));
    http::response other = co_await client.get(peer::url(server));
    fs::atomic_file_options keep;
    keep.on_existing = fs::on_existing::keep;
    bool refused = false;
    try {
      co_await other.save(target.path() / "taken", keep);
    } catch (const boost::system::system_error& e) {
      refused = e.code() == boost::system::errc::file_exists;
    }
    CHECK(refused);
    CHECK(content(target.path() / "taken") == "old");
  });
}

}  // namespace
