#include "chat/file_taker.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

#include <weft/core/run.hpp>
#include <weft/net/listener.hpp>

using namespace weft::chat_app;

TEST_CASE("file taker: offers beyond the limit push out the oldest, and the others keep their numbers") {
  std::vector<std::string> told;
  file_taker files([&](const std::string& text) { told.push_back(text); });
  endpoint peer;
  file_reference folder{.name = "folder"};
  folder.is_folder = true;
  auto taking = [&]() -> weft::task<> {
    {
      const auto closed = weft::net::listen(weft::net::tcp_endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
      peer = endpoint(closed.local_endpoint().address(), closed.local_endpoint().port());
    }
    for (std::size_t number = 1; number <= 1010; ++number) CHECK(files.add_offer(peer, folder) == number);
    auto request = [](const file_reference&) { return std::string(); };
    co_await files.take(10, request);
    co_await files.take(11, request);
    co_await files.take(1010, request);
    co_await files.take(1011, request);
  };
  weft::run(taking);
  REQUIRE(told.size() == 4);
  CHECK(told[0] == "no file has this number");
  CHECK(told[1].starts_with("folder 11 failed: "));
  CHECK(told[2].starts_with("folder 1010 failed: "));
  CHECK(told[3] == "no file has this number");
}
