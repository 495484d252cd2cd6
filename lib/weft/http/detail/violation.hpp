#pragma once

#include <weft/http/error.hpp>

#include <string>

namespace weft::http::detail {

/// For a head that breaks the protocol. Private to http/.
[[noreturn]] inline void violation(const std::string& what) {
  throw error(error_kind::protocol_error, error_phase::head, what);
}

}  // namespace weft::http::detail
