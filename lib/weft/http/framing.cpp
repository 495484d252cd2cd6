#include <weft/http/framing.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>
#include <weft/http/detail/violation.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace weft::http {
namespace {

using detail::violation;

/// The four fields that say how a message ends, found in one pass.
struct framing_fields {
  std::optional<std::uint64_t> length;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
};

std::uint64_t parse_length(std::string_view text) {
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  const auto value = digits ? parse_integer<std::uint64_t>(text) : std::nullopt;
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    violation("Content-Length '" + escape(text.substr(0, 32)) + "' is not a length");
  }
  return *value;
}

void read_length(std::string_view list, framing_fields& found) {
  while (true) {
    const std::size_t comma = list.find(',');
    const std::uint64_t value = parse_length(trim(list.substr(0, comma)));
    if (found.length && *found.length != value) violation("different Content-Length values in one answer");
    found.length = value;
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

framing_fields collect(const response_head& head) {
  framing_fields found;
  for (const auto& [name, value] : head.fields) {
    switch (name.size()) {
      case 10:
        if (!iequals(name, "connection")) break;
        found.close = found.close || list_contains(value, "close");
        found.keep_alive = found.keep_alive || list_contains(value, "keep-alive");
        break;
      case 14:
        if (iequals(name, "content-length")) read_length(value, found);
        break;
      case 17:
        if (!iequals(name, "transfer-encoding")) break;
        if (found.chunked || !iequals(value, "chunked")) {
          violation("transfer coding '" + escape(value.substr(0, 32)) + "' is not supported");
        }
        found.chunked = true;
        break;
      default: break;
    }
  }
  return found;
}

}  // namespace

response_framing frame_response(std::string_view method, const response_head& head) {
  const bool interim = head.status >= 100 && head.status < 200;
  const bool bodiless = method == "HEAD" || interim || head.status == 204 || head.status == 304;
  const framing_fields found = collect(head);
  if (found.chunked && head.minor_version == 0) violation("Transfer-Encoding in an HTTP/1.0 answer");

  response_framing framing;
  framing.keeps_alive =
      !found.close && (head.minor_version > 0 || found.keep_alive) && !(found.chunked && found.length);
  if (bodiless) return framing;
  if (found.chunked) {
    framing.end = body_end::chunked;
  } else if (found.length) {
    framing.end = *found.length == 0 ? body_end::none : body_end::length;
    framing.length = *found.length;
  } else {
    framing.end = body_end::close;
    framing.keeps_alive = false;
  }
  return framing;
}

}  // namespace weft::http
