#pragma once

#include <string>
#include <string_view>

namespace weft::chat_app::ipmsg {

/// What an old peer wrote, as UTF-8: what is valid UTF-8 is that; else what is valid GB18030, else CP932, else Latin-1.
std::string decoded(std::string_view bytes);

}  // namespace weft::chat_app::ipmsg
