#pragma once

#include <weft/core/task.hpp>
#include <weft/http/detail/client_state.hpp>
#include <weft/http/request.hpp>
#include <weft/http/response.hpp>

#include <memory>

namespace weft::http::detail {

/// Sends a request, follows redirects, and replaces a kept connection that turns out to be closed.
task<response> send(std::shared_ptr<client_state> state, request asked);

}  // namespace weft::http::detail
