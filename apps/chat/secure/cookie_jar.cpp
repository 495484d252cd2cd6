#include "chat/secure/cookie_jar.hpp"

#include <sodium.h>

#include <chrono>

namespace weft::chat_app::secure {
namespace {

constexpr duration secret_life = std::chrono::minutes(2);

key_bytes random_secret() {
  key_bytes secret{};
  ::randombytes_buf(secret.data(), secret.size());
  return secret;
}

std::string cookie_of(const key_bytes& secret, const endpoint& from, std::uint32_t session) {
  auto data = from.address().to_string() + "/";
  put_integer<2>(data, from.port());
  put_integer<4>(data, session);
  std::string cookie(cookie_jar::cookie_size, '\0');
  ::crypto_generichash(reinterpret_cast<unsigned char*>(cookie.data()), cookie.size(),
                       reinterpret_cast<const unsigned char*>(data.data()), data.size(), secret.data(), secret.size());
  return cookie;
}

bool is_same(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ::sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace

cookie_jar::cookie_jar() : secret_(random_secret()), secret_before_(random_secret()) {}

void cookie_jar::renew(time_point now) {
  if (made_ == time_point::min()) made_ = now;
  if (now - made_ < secret_life) return;
  // Both are too old after a longer pause.
  secret_before_ = now - made_ < 2 * secret_life ? secret_ : random_secret();
  secret_ = random_secret();
  made_ = now;
}

std::string cookie_jar::make(const endpoint& from, std::uint32_t session, time_point now) {
  renew(now);
  return cookie_of(secret_, from, session);
}

bool cookie_jar::is_ours(std::string_view cookie, const endpoint& from, std::uint32_t session, time_point now) {
  renew(now);
  return is_same(cookie, cookie_of(secret_, from, session)) ||
         is_same(cookie, cookie_of(secret_before_, from, session));
}

}  // namespace weft::chat_app::secure
