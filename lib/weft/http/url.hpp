#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// Name and password that stood in front of an '@', percent-decoded. Never printed, never part of url::str().
struct credentials {
  std::string user;
  std::string password;
};

/// An absolute http or https address in normal form.
///
/// Normal form: lower-case scheme and host (IDNA A-labels), no default port, no dot segments, path at least "/", bytes
///              that RFC 3986 forbids percent-encoded, escapes otherwise as given. Equal texts are equal addresses.
/// Refused:     other schemes, no host, control bytes, a backslash or a second '@' in the authority, zone identifiers,
///              and what browsers read as an IPv4 address in another form than four decimal parts (127.1,
///              0x7f000001, 017700000001: net::ends_in_number()).
/// Errors:      parse and resolve throw http::error invalid_url.
/// Cost:        one allocation, well under a microsecond for an ordinary address; IDNA and repairs cost more.
class url {
 public:
  /// Does the text start with a scheme and "://"? A program may put "http://" before one that does not.
  [[nodiscard]] static bool has_scheme(std::string_view text) noexcept;
  [[nodiscard]] static url parse(std::string_view text);

  /// The target of a reference found at this address (RFC 3986, 5.2), as in Location. The fragment is inherited.
  [[nodiscard]] url resolve(std::string_view reference) const;

  /// The whole address without credentials and fragment.
  [[nodiscard]] std::string_view str() const noexcept { return text_; }
  [[nodiscard]] std::string_view scheme() const noexcept { return is_https() ? "https" : "http"; }
  [[nodiscard]] bool is_https() const noexcept { return host_begin_ == 8; }
  /// As in the address: an IPv6 literal has no brackets here.
  [[nodiscard]] std::string_view host() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The port as written in the address, empty when it is the scheme's own.
  [[nodiscard]] std::string_view explicit_port() const noexcept;
  /// Host and non-default port: the value of the Host field.
  [[nodiscard]] std::string_view authority() const noexcept { return slice(host_begin_, path_begin_); }
  /// Scheme, host and non-default port: equal for two addresses exactly when they are of one origin.
  [[nodiscard]] std::string_view origin() const noexcept { return slice(0, path_begin_); }
  /// Path and query: what is sent in the request line.
  [[nodiscard]] std::string_view target() const noexcept { return slice(path_begin_, size()); }
  [[nodiscard]] std::string_view path() const noexcept { return slice(path_begin_, query_begin_); }
  /// Without the '?'; empty also when there is none.
  [[nodiscard]] std::string_view query() const noexcept;
  /// Without the '#'.
  [[nodiscard]] const std::string& fragment() const noexcept { return fragment_; }
  [[nodiscard]] const std::optional<credentials>& userinfo() const noexcept { return userinfo_; }

  friend bool operator==(const url& a, const url& b) noexcept { return a.text_ == b.text_; }
  friend std::strong_ordering operator<=>(const url& a, const url& b) noexcept { return a.text_ <=> b.text_; }

 private:
  friend class url_builder;
  url() = default;
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(text_.size()); }
  [[nodiscard]] std::string_view slice(std::uint32_t begin, std::uint32_t end) const noexcept {
    return std::string_view(text_).substr(begin, end - begin);
  }

  std::string text_;  // scheme "://" host [":" port] path ["?" query]
  std::string fragment_;
  std::optional<credentials> userinfo_;
  std::uint32_t host_begin_ = 0;   // 7 or 8, by scheme
  std::uint32_t host_end_ = 0;     // includes the brackets of an IPv6 literal
  std::uint32_t path_begin_ = 0;   // text_[path_begin_] == '/'
  std::uint32_t query_begin_ = 0;  // the '?', or the end of text_
  std::uint16_t port_ = 0;
};

}  // namespace weft::http
