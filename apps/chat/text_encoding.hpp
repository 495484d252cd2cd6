#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::chat_app {

/// Whether the system knows an encoding by that name.
bool is_encoding(const std::string& name);

/// What a peer wrote, as UTF-8: what is valid UTF-8 is that; else what is valid in `preferred`, where there is one; else
/// what is valid GB18030, else CP932, else Latin-1, as old peers write.
std::string decoded(std::string_view bytes, const std::string& preferred = {});

/// UTF-8 text in another encoding, with what it has no character for replaced; nothing when that cannot be done.
std::optional<std::string> encoded(std::string_view text, const std::string& encoding);

}  // namespace weft::chat_app
