#include "chat/endpoint.hpp"

namespace weft::chat_app {

std::string to_text(const endpoint& where) {
  const auto address = where.address().to_string();
  const auto host = where.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(where.port());
}

}  // namespace weft::chat_app
