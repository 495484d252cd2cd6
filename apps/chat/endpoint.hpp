#pragma once

#include <boost/asio/ip/udp.hpp>
#include <string>

namespace weft::chat_app {

using endpoint = boost::asio::ip::udp::endpoint;

/// "192.0.2.1:7070", "[2001:db8::1]:7070".
std::string to_text(const endpoint& where);

}  // namespace weft::chat_app
