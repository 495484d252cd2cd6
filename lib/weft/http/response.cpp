#include <weft/http/response.hpp>

#include <weft/http/detail/client_state.hpp>
#include <weft/http/detail/exchange.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::http {
namespace {

constexpr std::size_t step = 64 * 1024;

/// Reads the rest into `content`, which is resized as bytes come.
template <class Container>
task<> read_all(detail::exchange& from, Container& content, std::size_t max) {
  std::size_t size = 0;
  std::size_t expected = step;
  if (from.framing.end == body_end::length)
    expected = static_cast<std::size_t>(std::min<std::uint64_t>(from.framing.length, max)) + 1;
  while (true) {
    if (size == content.size()) content.resize(size == 0 ? expected : size * 2);
    const auto room = std::as_writable_bytes(std::span(content)).subspan(size);
    const std::size_t more = co_await from.read_some(room);
    if (more == 0) break;
    size += more;
    if (size > max) {
      from.fail(
          error(error_kind::body_too_large, error_phase::body, "body larger than " + std::to_string(max) + " bytes"));
    }
  }
  content.resize(size);
}

}  // namespace

void detail::exchange_deleter::operator()(exchange* used) const noexcept {
  const std::shared_ptr<client_state> owner = used->owner;
  std::unique_ptr<exchange> own(used);
  own->reset();
  if (owner) owner->give_back(std::move(own));
}

response::response(detail::exchange_ptr exchange) noexcept : exchange_(std::move(exchange)) {}
response::response(response&&) noexcept = default;
response& response::operator=(response&&) noexcept = default;
response::~response() = default;

int response::status() const noexcept { return exchange_->head.status; }
std::string_view response::reason() const noexcept { return exchange_->head.reason; }
const http::headers& response::headers() const noexcept { return exchange_->head.fields; }
const http::url& response::url() const noexcept { return *exchange_->address; }
std::size_t response::redirects() const noexcept { return exchange_->redirects; }
std::size_t response::attempts() const noexcept { return exchange_->attempts; }
bool response::reused() const noexcept { return exchange_->reused; }
net::tcp_endpoint response::remote() const noexcept { return exchange_->remote; }
const http::timings& response::timings() const noexcept { return exchange_->times; }
std::string_view response::tls_version() const noexcept { return exchange_->tls_version; }
std::uint64_t response::received() const noexcept { return exchange_->received; }

std::optional<std::uint64_t> response::content_length() const noexcept { return exchange_->length(); }

void response::raise_for_status() const {
  if (status() < 400) return;
  throw error(error_kind::status_error, error_phase::head, "status " + std::to_string(status()))
      .with_status(status())
      .with(url().str(), request_progress::all);
}

task<std::size_t> response::read_some(net::mutable_bytes buffer) { return exchange_->read_some(buffer.span()); }

bool response::is_movable() const noexcept { return exchange_->is_movable(); }

task<std::size_t> response::move_some(byte_pipe& into) { return exchange_->move_some(into); }

task<std::span<const std::byte>> response::next() { return exchange_->next(); }

task<std::vector<std::byte>> response::bytes(std::size_t max) {
  std::vector<std::byte> content;
  co_await read_all(*exchange_, content, max);
  co_return content;
}

task<std::string> response::text(std::size_t max) {
  std::string content;
  co_await read_all(*exchange_, content, max);
  co_return content;
}

}  // namespace weft::http
