#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::chat_app::ipmsg {

// What stands between the colons of offers, requests and folders.

std::string hex(std::uint64_t value);

/// Up to the next ':', which is removed from `rest` with it.
std::string_view take_field(std::string_view& rest);

/// The same for a name, in which "::" stands for ':'.
std::string take_name(std::string_view& rest);

/// A name with its colons doubled.
std::string name_field(std::string_view name);

}  // namespace weft::chat_app::ipmsg
