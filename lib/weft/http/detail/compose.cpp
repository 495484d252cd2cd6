#include <weft/http/detail/compose.hpp>

#include <weft/base/text.hpp>
#include <weft/http/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace weft::http::detail {
namespace {

constexpr std::array<std::string_view, 7> always_sensitive{
    "authorization", "proxy-authorization", "cookie", "cookie2", "www-authenticate", "signature", "host"};

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

std::string base64(std::string_view text) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const std::string_view group = text.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < group.size() ? static_cast<std::uint8_t>(group[k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= group.size() ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

bool is_sensitive(const default_fields& defaults, std::string_view name) noexcept {
  return std::ranges::any_of(defaults.sensitive, [&](const std::string& s) { return iequals(s, name); });
}

}  // namespace

default_fields::default_fields(const client_options& options)
    : sensitive(always_sensitive.begin(), always_sensitive.end()) {
  sensitive.insert(sensitive.end(), options.redirects.sensitive_headers.begin(),
                   options.redirects.sensitive_headers.end());
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!options.headers.contains(name)) fields.add(name, value);
  };
  if (!options.user_agent.empty()) add("User-Agent", options.user_agent);
  add("Accept", "*/*");
  add("Accept-Encoding", options.decode == decoding::automatic ? "gzip, deflate" : "identity");
  for (const auto& [name, value] : options.headers) {
    if (is_message_field(name)) {
      throw error(error_kind::invalid_request, error_phase::prepare,
                  "field '" + std::string(name) + "' is set by the client itself");
    }
    fields.add(name, value);
  }
  for (const auto& [name, value] : fields) append_field(text, name, value);
}

void compose(std::string& out, const request& asked, const default_fields& defaults, std::string_view authorization,
             trust toward) {
  const headers& own = asked.fields();
  const auto allowed = [&](std::string_view name) {
    return toward == trust::first_origin || !is_sensitive(defaults, name);
  };
  const auto has = [&](std::string_view name) {
    return allowed(name) && (own.contains(name) || defaults.fields.contains(name));
  };
  out.assign(asked.method());
  out += ' ';
  out += asked.url().target();
  out += " HTTP/1.1\r\n";
  if (!has("Host")) append_field(out, "Host", asked.url().authority());
  if (own.empty() && toward == trust::first_origin) {
    out += defaults.text;
  } else {
    for (const auto& [name, value] : defaults.fields) {
      if (allowed(name) && !own.contains(name)) append_field(out, name, value);
    }
  }
  for (const auto& [name, value] : own) {
    if (allowed(name)) append_field(out, name, value);
  }
  if (!authorization.empty() && toward == trust::first_origin && !has("Authorization")) {
    append_field(out, "Authorization", authorization);
  }
  const bool expects_content = asked.method() == "POST" || asked.method() == "PUT" || asked.method() == "PATCH";
  if (asked.content() || expects_content) {
    append_field(out, "Content-Length", std::to_string(asked.content() ? asked.content()->size() : 0));
  }
  out += "\r\n";
  if (asked.content()) out += *asked.content();
}

std::string basic_authorization(const url& address) {
  const auto& userinfo = address.userinfo();
  if (!userinfo || (userinfo->user.empty() && userinfo->password.empty())) return {};
  return "Basic " + base64(userinfo->user + ":" + userinfo->password);
}

}  // namespace weft::http::detail
