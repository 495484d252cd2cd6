#include <weft/http/response.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/testkit/stream_checks.hpp>

#include <boost/system/system_error.hpp>

#include "fs/system_calls.hpp"
#include "fs/temporary_folder.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>

namespace {

using namespace weft;
using peer::script;
using peer::scripted_peer;

TEST_CASE("response: save writes the body, whole, under the name asked for") {
  testkit::run([]() -> task<> {
    const temporary_folder target;
    const std::string large = testkit::detail::stream_pattern(700'000, 1);
    const std::string long_one = testkit::detail::stream_pattern(3'000'000, 2);  // through pipes
    scripted_peer server(peer::serve(peer::ok(large))
                             .expect(peer::end_of_head)
                             .send(peer::ok(long_one))
                             .expect(peer::end_of_head)
                             .send(peer::ok("")));
    http::client client;
    for (const std::string& body : {large, long_one}) {
      http::response r = co_await client.get(peer::url(server));
      const std::uint64_t size = co_await r.save(target.path() / "large");
      CHECK(size == body.size());
      const bool same = target.read("large") == body;
      CHECK(same);
    }
    http::response empty = co_await client.get(peer::url(server));
    co_await empty.save(target.path() / "empty");
    CHECK(std::filesystem::file_size(target.path() / "empty") == 0);
  });
}

TEST_CASE("response: a body that is cut leaves no file, and a name to be kept is kept") {
  testkit::run([]() -> task<> {
    const temporary_folder target;
    http::client client;
    for (const std::size_t length : {std::size_t{9}, std::size_t{3'000'000}}) {
      const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
      scripted_peer cut(script().expect(peer::end_of_head).send(head + std::string(length / 2, 'x')).close());
      http::response r = co_await client.get(peer::url(cut));
      CHECK(co_await peer::failure(r.save(target.path() / "cut")) == http::error_kind::body_incomplete);
      CHECK(std::filesystem::is_empty(target.path()));
    }

    target.put("taken", "old");
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
    CHECK(target.read("taken") == "old");
  });
}

TEST_CASE("response: a save that is killed leaves no file, and removes it off the loop") {
  testkit::run([]() -> task<> {
    const temporary_folder target;
    for (const std::size_t length : {std::size_t{600'000}, std::size_t{4'000'000}}) {
      const std::string half(length / 2, 'x');
      const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
      scripted_peer server(script().expect(peer::end_of_head).send(head + half));
      http::client client;
      http::response r = co_await client.get(peer::url(server));
      auto save = [&]() -> task<> { co_await r.save(target.path() / "a"); };
      const auto saving = spawn(save);
      while (r.received() < half.size()) co_await yield();
      CHECK(target.entries() == 1);
      co_await saving.kill_join("test");
      CHECK(saving.killed());
      CHECK(target.entries() == 0);
    }
    CHECK(last_unlink_thread() != std::this_thread::get_id());
  });
}

}  // namespace
