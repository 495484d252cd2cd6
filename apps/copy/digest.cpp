#include "copy/digest.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <stdexcept>

#include <weft/base/error.hpp>

namespace weft::copy_app {
namespace {

struct digest_closer {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

void require(int result) {
  if (result != 1) throw std::runtime_error("SHA-256 is not to be had from OpenSSL");
}

}  // namespace

std::string sha256_of(int descriptor, const std::function<void()>& between) {
  constexpr std::size_t piece = std::size_t{256} * 1024;
  const std::unique_ptr<EVP_MD_CTX, digest_closer> context(EVP_MD_CTX_new());
  require(context ? EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) : 0);
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(piece);
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(descriptor, buffer.get(), piece, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, "cannot read it again");
    if (got == 0) break;
    require(EVP_DigestUpdate(context.get(), buffer.get(), static_cast<std::size_t>(got)));
    at += got;
    between();
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context.get(), digest.data(), &size));
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

}  // namespace weft::copy_app
