#include "get/safe_name.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>

#include <weft/base/text.hpp>

namespace weft::get_app {
namespace {

/// An extension longer than this is taken for a part of the name.
constexpr std::size_t max_extension = 16;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char low = to_lower(c);
  if (low >= 'a' && low <= 'f') return static_cast<unsigned>(low - 'a' + 10);
  return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

bool is_dropped(utf8proc_int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return true;
    default: return false;
  }
}

std::string without_hostile_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t code = -1;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code);
    const std::size_t used = size <= 0 ? 1 : static_cast<std::size_t>(size);
    if (size <= 0) {
      out += '_';
    } else if (!is_dropped(code)) {
      out += text.substr(0, used);
    }
    text.remove_prefix(used);
  }
  return out;
}

std::string_view trimmed(std::string_view name) {
  while (!name.empty() && (name.front() == '.' || name.front() == ' ')) name.remove_prefix(1);
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.remove_suffix(1);
  return name;
}

/// CON, NUL, COM1 and so on, with any extension, open a device on Windows and on shares mounted from it.
bool is_device_name(std::string_view name) {
  const auto stem = trimmed(name.substr(0, name.find('.')));
  constexpr std::array<std::string_view, 6> devices{"con", "prn", "aux", "nul", "conin$", "conout$"};
  if (std::any_of(devices.begin(), devices.end(), [stem](auto device) { return iequals(stem, device); })) return true;
  const bool port = stem.size() == 4 && (iequals(stem.substr(0, 3), "com") || iequals(stem.substr(0, 3), "lpt"));
  return port && stem[3] >= '0' && stem[3] <= '9';
}

/// Where the extension begins; the length of the name when there is none. "a.tar.gz" has ".tar.gz".
std::size_t extension_start(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot > max_extension) return name.size();
  constexpr std::string_view tar = ".tar";
  if (dot > tar.size() && iequals(name.substr(dot - tar.size(), tar.size()), tar)) return dot - tar.size();
  return dot;
}

/// `stem` + `extension` with the stem cut so that both fit.
std::string fitted(std::string_view stem, std::string_view extension) {
  std::size_t room = max_name_bytes - extension.size();
  if (stem.size() > room) {
    while (room > 0 && (static_cast<unsigned char>(stem[room]) & 0xc0) == 0x80) --room;
    stem = stem.substr(0, room);
  }
  return std::string(stem) + std::string(extension);
}

}  // namespace

std::string safe_name(std::string_view text, std::string_view fallback) {
  const auto decoded = percent_decoded(text);
  std::string_view last = decoded;
  last.remove_prefix(last.find_last_of("/\\") + 1);
  const auto clean = without_hostile_characters(last);
  std::string name(trimmed(clean));
  if (name.empty()) return std::string(fallback);
  if (name.front() == '-' || name.front() == '~') name.front() = '_';
  if (is_device_name(name)) name.insert(0, 1, '_');
  const auto dot = extension_start(name);
  return fitted(std::string_view(name).substr(0, dot), std::string_view(name).substr(dot));
}

std::string name_from_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const auto path = url.find('/');
  if (path == std::string_view::npos || url.back() == '/') return "index.html";
  return safe_name(url.substr(path));
}

std::string numbered_name(std::string_view name, std::size_t number) {
  const auto dot = extension_start(name);
  return fitted(name.substr(0, dot), "." + std::to_string(number) + std::string(name.substr(dot)));
}

}  // namespace weft::get_app
