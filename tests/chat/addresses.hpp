#pragma once

#include <cstdint>

#include "chat/endpoint.hpp"

namespace weft::chat_app::testing {

inline endpoint at(const char* address, std::uint16_t port = 7070) {
  return {boost::asio::ip::make_address(address), port};
}
inline endpoint at(std::uint16_t port) { return at("127.0.0.1", port); }

}  // namespace weft::chat_app::testing
