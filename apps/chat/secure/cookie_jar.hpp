#pragma once

#include <weft/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chat/endpoint.hpp"
#include "chat/secure/bytes.hpp"

namespace weft::chat_app::secure {

/// Cookies for those who say hello: who brings one back has read what was sent to its address. Nothing is kept about
/// anyone (the idea of RFC 9147, 5.1).
///
/// A cookie holds for one address, port and session number, and for two to four minutes.
class cookie_jar {
 public:
  static constexpr std::size_t cookie_size = 16;

  cookie_jar();

  std::string make(const endpoint& from, std::uint32_t session, time_point now);
  bool is_ours(std::string_view cookie, const endpoint& from, std::uint32_t session, time_point now);

 private:
  void renew(time_point now);

  key_bytes secret_;
  key_bytes secret_before_;
  time_point made_ = time_point::min();
};

}  // namespace weft::chat_app::secure
