#include <weft/http/detail/host.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>
#include <weft/http/error.hpp>
#include <weft/net/address.hpp>

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace weft::http::detail {
namespace {

[[noreturn]] void refuse(std::string_view host, std::string_view why) {
  std::string text = "host '";
  text += escape(host);
  text += "' ";
  text += why;
  throw error(error_kind::invalid_url, error_phase::prepare, text);
}

constexpr bool is_name_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string decode(std::string_view encoded) {
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      out += encoded[i];
      continue;
    }
    const auto byte = parse_integer<std::uint8_t>(encoded.substr(i + 1, 2), 16);
    if (!byte) refuse(encoded, "has a bad escape");
    out += static_cast<char>(*byte);
    i += 2;
  }
  return out;
}

std::string to_ascii(const std::string& name) {
  char* raw = nullptr;
  const int status = idn2_to_ascii_8z(name.c_str(), &raw, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, decltype(&idn2_free)> result(raw, &idn2_free);
  if (status != IDN2_OK) refuse(name, std::string("is no host name: ") + idn2_strerror(status));
  return result.get();
}

void check_labels(std::string_view host) {
  std::string_view rest = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  if (rest.empty() || rest.size() > 253) refuse(host, "is empty or too long");
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::size_t size = std::min(dot, rest.size());
    if (size == 0 || size > 63) refuse(host, "has an empty or too long label");
    if (dot == std::string_view::npos) return;
    rest.remove_prefix(dot + 1);
  }
}

void append_ipv6(std::string& out, std::string_view bracketed) {
  const std::string address(bracketed.substr(1, bracketed.size() - 2));
  in6_addr parsed{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) refuse(bracketed, "is no IPv6 address");
  inet_ntop(AF_INET6, &parsed, text.data(), text.size());
  out += '[';
  out += text.data();
  out += ']';
}

}  // namespace

void append_host(std::string& out, std::string_view encoded) {
  if (encoded.starts_with('[')) return append_ipv6(out, encoded);
  const std::size_t begin = out.size();
  out += encoded;
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(begin), to_lower);
  if (!std::all_of(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_name_byte)) {
    const std::string name = decode(encoded);
    if (name.find('\0') != std::string::npos) refuse(name, "contains a zero byte");
    out.resize(begin);
    out += to_ascii(name);
  }
  const std::string_view host = std::string_view(out).substr(begin);
  if (!std::ranges::all_of(host, is_name_byte)) refuse(host, "contains a byte that no host name has");
  check_labels(host);
  if (net::ends_in_number(host) && !net::parse_address(host))
    refuse(host, "is a number but not an IPv4 address of four decimal parts");
}

}  // namespace weft::http::detail
