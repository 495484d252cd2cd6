// An accepted address is in normal form: parsing what it prints gives it again, and its parts make up the whole.

#include <weft/http/error.hpp>
#include <weft/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

void check(const weft::http::url& address) {
  if (weft::http::url::parse(address.str()) != address) std::abort();
  if (std::string(address.origin()) + std::string(address.target()) != address.str()) std::abort();
  if (address.host().empty() || !address.path().starts_with('/')) std::abort();
  for (const char letter : address.str()) {
    const auto c = static_cast<unsigned char>(letter);
    if (c <= 0x20 || c >= 0x7f) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::optional<weft::http::url> address;
  try {
    address = weft::http::url::parse(text);
  } catch (const weft::http::error&) {
    return 0;
  }
  check(*address);
  return 0;
}
