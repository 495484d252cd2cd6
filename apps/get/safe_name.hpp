#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::get_app {

/// The longest name safe_name() gives, in bytes: NAME_MAX less the room for the suffix of a temporary file.
inline constexpr std::size_t max_name_bytes = 255 - 24;

/// A name for a file in the target folder, made from text that a stranger chose.
///
/// The text is percent-decoded once; what follows the last '/' or '\' counts. Controls, bidirectional and invisible
/// formatting characters and line separators are dropped, broken UTF-8 becomes '_', leading dots and trailing dots and
/// spaces go, a leading '-' or '~' becomes '_', a Windows device name gets a '_' in front. At most `max_name_bytes`,
/// cut on a UTF-8 boundary in front of the extension. When nothing is left: `fallback`.
/// The result is never empty, ".", ".." or hidden, and holds no '/', '\' or NUL.
std::string safe_name(std::string_view text, std::string_view fallback = "download");

/// The name for what `url` answers: its last path segment without query and fragment through safe_name();
/// "index.html" when the path ends in '/' or is empty.
std::string name_from_url(std::string_view url);

/// `name` with ".number" in front of the extension ("a.jpg", 2: "a.2.jpg"), within `max_name_bytes`.
std::string numbered_name(std::string_view name, std::size_t number);

}  // namespace weft::get_app
