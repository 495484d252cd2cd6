#pragma once

#include <string>
#include <string_view>

namespace weft::http::detail {

/// A reference in which every byte that RFC 3986 forbids in path, query or fragment, or in a host name, is
/// percent-encoded, as browsers do.
///
/// Gives `text` itself when nothing was wrong, else a view of `storage`.
/// Errors: http::error invalid_url for a control byte anywhere and for a backslash or a second '@' in the authority.
[[nodiscard]] std::string_view repair(std::string_view text, std::string& storage);

/// For messages: the text with "user:password@" taken out.
[[nodiscard]] std::string without_userinfo(std::string_view text);

}  // namespace weft::http::detail
