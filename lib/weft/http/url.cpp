#include <weft/http/url.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>
#include <weft/http/detail/host.hpp>
#include <weft/http/detail/repair.hpp>
#include <weft/http/error.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <optional>
#include <utility>

namespace weft::http {
namespace {

constexpr std::size_t max_size = 64 * 1024;

std::string_view view(boost::core::string_view text) noexcept { return {text.data(), text.size()}; }

[[noreturn]] void refuse(const std::string& why) { throw error(error_kind::invalid_url, error_phase::prepare, why); }

/// RFC 3986, 5.2.4, for a path that starts with '/'; appends to `out`.
void append_without_dot_segments(std::string& out, std::string_view path) {
  const std::size_t floor = out.size();
  while (!path.empty()) {
    const std::size_t next = path.find('/', 1);
    const std::string_view segment = path.substr(0, next);
    path = next == std::string_view::npos ? std::string_view() : path.substr(next);
    if (segment != "/." && segment != "/..") {
      out += segment;
      continue;
    }
    if (segment == "/.." && out.size() > floor) out.resize(out.rfind('/'));
    if (path.empty()) out += '/';
  }
}

bool has_dot_segment(std::string_view path) noexcept {
  for (std::size_t at = path.find("/."); at != std::string_view::npos; at = path.find("/.", at + 1)) {
    std::string_view rest = path.substr(at + 2);
    if (rest.starts_with('.')) rest.remove_prefix(1);
    if (rest.empty() || rest.front() == '/') return true;
  }
  return false;
}

boost::urls::url_view parse_reference(std::string_view text, std::string& storage) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.size() > max_size) refuse("address longer than 64 KiB");
  const auto parsed = boost::urls::parse_uri_reference(detail::repair(text, storage));
  if (!parsed) refuse("malformed address '" + escape(detail::without_userinfo(text)) + "'");
  return *parsed;
}

struct plain_parts {
  std::size_t host_begin, host_end, path_begin, query_begin;
  std::uint16_t port;
};

constexpr std::array<bool, 256> make_plain_bytes() {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0; i < plain.size(); ++i) {
    plain[i] = (i >= '0' && i <= '9') || (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
  }
  for (const char c : std::string_view("-._~!$&'()*+,;=:@/?")) plain[static_cast<std::uint8_t>(c)] = true;
  return plain;
}

/// The parts of an address that is in normal form already, but for its host, which is still to be checked: what almost
/// every address is. Nothing for one that needs the full parser.
std::optional<plain_parts> find_plain_parts(std::string_view text) noexcept {
  static constexpr auto plain = make_plain_bytes();
  plain_parts parts{};
  parts.host_begin = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  parts.path_begin = text.find('/', parts.host_begin);
  if (parts.host_begin == 0 || parts.path_begin == std::string_view::npos || text.size() > max_size)
    return std::nullopt;
  parts.host_end = parts.path_begin;
  parts.query_begin = text.size();
  parts.port = parts.host_begin == 7 ? 80 : 443;
  for (std::size_t i = parts.host_begin; i < parts.path_begin; ++i) {
    const char c = text[i];
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.') continue;
    if (c != ':' || text[i + 1] == '0') return std::nullopt;
    const auto port = parse_integer<std::uint16_t>(text.substr(i + 1, parts.path_begin - i - 1));
    if (!port || *port == parts.port) return std::nullopt;
    parts.host_end = i;
    parts.port = *port;
    break;
  }
  if (parts.host_end == parts.host_begin) return std::nullopt;
  for (std::size_t i = parts.path_begin; i < text.size(); ++i) {
    const char c = text[i];
    if (!plain[static_cast<std::uint8_t>(c)]) return std::nullopt;
    if (parts.query_begin != text.size()) continue;
    if (c == '?') parts.query_begin = i;
    if (c == '.' && text[i - 1] == '/') return std::nullopt;
  }
  return parts;
}

}  // namespace

/// Puts the parts together in normal form.
class url_builder {
 public:
  /// Takes the authority of `parts`.
  void set_origin(std::string_view scheme, const boost::urls::url_view& parts) {
    const bool https = iequals(scheme, "https");
    if (!https && !iequals(scheme, "http")) {
      if (scheme.empty()) refuse("address without a scheme");
      refuse("scheme '" + std::string(scheme) + "' is not http or https");
    }
    if (!parts.has_authority() || parts.encoded_host().empty()) refuse("address without a host");
    std::string& text = result_.text_;
    text.reserve(parts.size() + 2);
    text = https ? "https://" : "http://";
    result_.host_begin_ = result_.size();
    detail::append_host(text, view(parts.encoded_host()));
    result_.host_end_ = result_.size();
    set_port(view(parts.port()), https ? 443 : 80);
    result_.path_begin_ = result_.size();
    const std::string_view path = view(parts.encoded_path());
    if (!path.empty() && path.front() != '/') refuse("malformed host and port");
    if (parts.has_userinfo()) {
      result_.userinfo_ = credentials{.user = parts.user(), .password = parts.password()};
    }
  }

  /// Takes scheme, authority and credentials of another address.
  void set_origin(const url& other) {
    result_.text_ = other.origin();
    result_.userinfo_ = other.userinfo_;
    result_.host_begin_ = other.host_begin_;
    result_.host_end_ = other.host_end_;
    result_.path_begin_ = other.path_begin_;
    result_.port_ = other.port_;
  }

  void set_path(std::string_view path) {
    std::string& text = result_.text_;
    if (path.empty()) {
      text += '/';
    } else if (has_dot_segment(path)) {
      append_without_dot_segments(text, path);
    } else {
      text += path;
    }
    result_.query_begin_ = result_.size();
  }

  void set_query(std::string_view query) {
    result_.text_ += '?';
    result_.text_ += query;
  }

  /// Takes the parts of an address that find_plain_parts() has found.
  void set_plain(std::string_view text, const plain_parts& parts) {
    std::string& whole = result_.text_;
    whole.reserve(text.size());
    whole.append(text, 0, parts.host_begin);
    result_.host_begin_ = result_.size();
    detail::append_host(whole, text.substr(parts.host_begin, parts.host_end - parts.host_begin));
    result_.host_end_ = result_.size();
    whole.append(text, parts.host_end);
    result_.path_begin_ = static_cast<std::uint32_t>(parts.path_begin);
    result_.query_begin_ = static_cast<std::uint32_t>(parts.query_begin);
    result_.port_ = parts.port;
  }

  void set_fragment(std::string_view fragment) { result_.fragment_ = fragment; }

  [[nodiscard]] url take() { return std::move(result_); }

 private:
  void set_port(std::string_view digits, std::uint16_t own) {
    result_.port_ = own;
    if (digits.empty()) return;
    const auto port = parse_integer<std::uint16_t>(digits);
    if (!port || *port == 0) refuse("port '" + std::string(digits) + "' is not in 1-65535");
    result_.port_ = *port;
    if (*port != own) (result_.text_ += ':') += std::to_string(*port);
  }

  url result_;
};

bool url::has_scheme(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || !text.substr(colon).starts_with("://")) return false;
  for (const char c : text.substr(0, colon)) {
    const char lower = to_lower(c);
    const bool letter = lower >= 'a' && lower <= 'z';
    if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

url url::parse(std::string_view text) {
  if (const auto parts = find_plain_parts(text)) {
    url_builder builder;
    builder.set_plain(text, *parts);
    return builder.take();
  }
  std::string storage;
  const boost::urls::url_view parts = parse_reference(text, storage);
  url_builder builder;
  builder.set_origin(view(parts.scheme()), parts);
  builder.set_path(view(parts.encoded_path()));
  if (parts.has_query()) builder.set_query(view(parts.encoded_query()));
  builder.set_fragment(view(parts.encoded_fragment()));
  return builder.take();
}

url url::resolve(std::string_view reference) const {
  std::string storage;
  const boost::urls::url_view parts = parse_reference(reference, storage);
  const std::string_view ref_path = view(parts.encoded_path());
  url_builder builder;
  bool keep_query = false;
  if (parts.has_scheme() || parts.has_authority()) {
    builder.set_origin(parts.has_scheme() ? view(parts.scheme()) : scheme(), parts);
    builder.set_path(ref_path);
  } else {
    builder.set_origin(*this);
    if (ref_path.empty()) {
      builder.set_path(path());
      keep_query = !parts.has_query() && query_begin_ != size();
    } else if (ref_path.front() == '/') {
      builder.set_path(ref_path);
    } else {
      builder.set_path(std::string(path().substr(0, path().rfind('/') + 1)).append(ref_path));
    }
  }
  if (keep_query) builder.set_query(query());
  if (parts.has_query()) builder.set_query(view(parts.encoded_query()));
  builder.set_fragment(parts.has_fragment() ? view(parts.encoded_fragment()) : std::string_view(fragment_));
  return builder.take();
}

std::string_view url::host() const noexcept {
  const std::string_view host = slice(host_begin_, host_end_);
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

std::string_view url::explicit_port() const noexcept {
  return host_end_ == path_begin_ ? std::string_view() : slice(host_end_ + 1, path_begin_);
}

std::string_view url::query() const noexcept {
  return query_begin_ == size() ? std::string_view() : slice(query_begin_ + 1, size());
}

}  // namespace weft::http
