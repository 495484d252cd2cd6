#pragma once

#include <weft/core/time.hpp>
#include <weft/http/headers.hpp>
#include <weft/http/url.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::http {

/// What is asked for. A value: copy it, change it, send it as often as you like.
///
/// Errors: http::error invalid_url or invalid_request from the function that was given the bad part. Content-Length,
///         Transfer-Encoding, Connection and the like belong to the client and are refused as headers.
class request {
 public:
  request(std::string method, http::url url);
  request(std::string method, std::string_view url) : request(std::move(method), http::url::parse(url)) {}

  /// Adds a field; several of one name are sent in order. User-Agent, Accept, Host and the client's default fields are
  /// replaced by one of the same name.
  request& header(std::string_view name, std::string_view value) &;
  request&& header(std::string_view name, std::string_view value) && { return std::move(header(name, value)); }

  /// Adds "key=value" to the query, percent-encoded.
  request& query(std::string_view key, std::string_view value) &;
  request&& query(std::string_view key, std::string_view value) && { return std::move(query(key, value)); }

  /// The whole content; may be sent again on a redirect or a fresh connection.
  request& body(std::string content) &;
  request&& body(std::string content) && { return std::move(body(std::move(content))); }

  /// Time for everything, from waiting for a connection to the last byte of the body; instead of the client's.
  request& deadline(duration total) &;
  request&& deadline(duration total) && { return std::move(deadline(total)); }

  [[nodiscard]] const std::string& method() const noexcept { return method_; }
  [[nodiscard]] const http::url& url() const& noexcept { return url_; }
  [[nodiscard]] http::url url() && noexcept { return std::move(url_); }
  [[nodiscard]] const headers& fields() const noexcept { return fields_; }
  [[nodiscard]] const std::optional<std::string>& content() const noexcept { return content_; }
  [[nodiscard]] std::optional<duration> total_time() const noexcept { return total_time_; }

  /// Turns this into the request that a redirect asks for (RFC 9110, 15.4; the Fetch standard's method rules): POST
  /// becomes GET after 301 and 302, anything but GET and HEAD after 303, and the content is dropped then.
  void redirect(http::url target, int status);

 private:
  std::string method_;
  http::url url_;
  headers fields_;
  std::optional<std::string> content_;
  std::optional<duration> total_time_;
};

/// Does the field frame a message or belong to one connection, so that only the client itself may set it?
[[nodiscard]] bool is_message_field(std::string_view name) noexcept;

}  // namespace weft::http
