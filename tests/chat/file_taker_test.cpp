#include "chat/file_exchange.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>

#include <weft/core/run.hpp>

using namespace weft::chat_app;

TEST_CASE("file exchange: offers beyond the limit push out the oldest, and the others keep their numbers") {
  std::vector<std::string> told;
  file_exchange files([&](const std::string& text) { told.push_back(text); });
  const endpoint peer(boost::asio::ip::make_address("192.0.2.1"), 2425);
  file_reference folder{.name = "folder"};
  folder.is_folder = true;
  for (std::size_t number = 1; number <= 1010; ++number) CHECK(files.add_offer(peer, folder) == number);
  auto taking = [&]() -> weft::task<> {
    auto request = [](const file_reference&) { return std::string(); };
    co_await files.take(10, request);
    co_await files.take(11, request);
    co_await files.take(1010, request);
    co_await files.take(1011, request);
  };
  weft::run(taking);
  const std::string none = "no file has this number";
  const std::string is_folder = "folders cannot be taken";
  CHECK(told == std::vector{none, is_folder, is_folder, none});
}
