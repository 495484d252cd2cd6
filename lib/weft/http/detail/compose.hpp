#pragma once

#include <weft/http/client.hpp>
#include <weft/http/headers.hpp>
#include <weft/http/request.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weft::http::detail {

/// What a client sends with every request, as fields and as text.
struct default_fields {
  explicit default_fields(const client_options& options);

  headers fields;
  std::string text;
  std::vector<std::string> sensitive;  // never sent to another origin than the first
};

/// Has a chain of redirects left the origin it began at, if only for one step?
enum class trust { first_origin, foreign };

/// Writes the request line, the fields and the content to `out`, whose memory is reused.
void compose(std::string& out, const request& asked, const default_fields& defaults, std::string_view authorization,
             trust toward);

/// The Authorization value for the credentials that stand in an address; empty when there are none.
[[nodiscard]] std::string basic_authorization(const url& address);

}  // namespace weft::http::detail
