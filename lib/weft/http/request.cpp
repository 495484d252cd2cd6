#include <weft/http/request.hpp>

#include <weft/base/text.hpp>
#include <weft/http/detail/percent.hpp>
#include <weft/http/error.hpp>

#include <algorithm>
#include <array>

namespace weft::http {
namespace {

/// Fields that frame the message or belong to the connection.
constexpr std::array<std::string_view, 8> message_fields{
    "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"};

/// RFC 3986 section 2.3.
constexpr bool is_unreserved(char c) noexcept {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      detail::append_percent(out, c);
    }
  }
}

}  // namespace

bool is_message_field(std::string_view name) noexcept {
  return std::ranges::any_of(message_fields, [&](std::string_view own) { return iequals(own, name); });
}

request::request(std::string method, http::url url) : method_(std::move(method)), url_(std::move(url)) {
  if (!is_token(method_)) {
    throw error(error_kind::invalid_request, error_phase::prepare, "'" + escape(method_) + "' is no method");
  }
}

request& request::header(std::string_view name, std::string_view value) & {
  if (is_message_field(name)) {
    throw error(error_kind::invalid_request, error_phase::prepare,
                "field '" + std::string(name) + "' is set by the client itself");
  }
  fields_.add(name, value);
  return *this;
}

request& request::query(std::string_view key, std::string_view value) & {
  std::string text = "?";
  if (!url_.query().empty()) (text += url_.query()) += '&';
  append_encoded(text, key);
  text += '=';
  append_encoded(text, value);
  url_ = url_.resolve(text);
  return *this;
}

request& request::body(std::string content) & {
  content_ = std::move(content);
  return *this;
}

request& request::deadline(duration total) & {
  total_time_ = total;
  return *this;
}

void request::redirect(http::url target, int status) {
  const bool becomes_get = ((status == 301 || status == 302) && method_ == "POST") ||
                           (status == 303 && method_ != "GET" && method_ != "HEAD");
  if (becomes_get) {
    method_ = "GET";
    content_.reset();
    for (const char* name : {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"})
      fields_.remove(name);
  }
  url_ = std::move(target);
}

}  // namespace weft::http
