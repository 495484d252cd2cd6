#include "get/demo/contact_sheet.hpp"

#include <numeric>
#include <string_view>

#include "common/display_text.hpp"
#include "common/units.hpp"

namespace weft::get_app::demo {
namespace {

constexpr std::string_view style = R"css(
  :root { color-scheme: light dark; }
  body { margin: 0 auto; padding: 2.5rem 2rem; max-width: 90rem; font: 15px/1.5 system-ui, sans-serif; }
  @media (prefers-color-scheme: light) { body { background: #f6f5f2; color: #222; } figure { background: #fff; } }
  @media (prefers-color-scheme: dark) { body { background: #16171a; color: #ddd; } figure { background: #212327; } }
  h1 { font-weight: 600; font-size: 1.6rem; margin: 0; }
  p { margin: .2rem 0 2rem; opacity: .7; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1.1rem; }
  figure { margin: 0; border-radius: .6rem; overflow: hidden; box-shadow: 0 1px 4px #0003; }
  img { display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: cover; object-position: left bottom; }
  figcaption { display: flex; justify-content: space-between; gap: .6rem; padding: .45rem .7rem; font-size: .82rem; }
  figcaption span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  figcaption span:last-child { opacity: .6; white-space: nowrap; }
)css";

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// A relative reference to a file of this name: nothing in it can be a scheme, a path or a query.
std::string file_reference(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out = "./";
  for (const char c : name) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string contact_sheet(const std::vector<sheet_entry>& entries, const std::string& title) {
  const auto bytes = std::accumulate(entries.begin(), entries.end(), std::uint64_t{0},
                                     [](std::uint64_t sum, const sheet_entry& entry) { return sum + entry.bytes; });
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" + html_text(title) +
                     "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n<style>" + std::string(style) +
                     "</style>\n<h1>" + html_text(title) + "</h1>\n<p>" + std::to_string(entries.size()) +
                     " pictures, " + app::size_text(bytes) + "</p>\n<main>\n";
  for (const auto& entry : entries) {
    const auto target = file_reference(entry.name);
    const auto name = html_text(app::printable(entry.name));
    page += "<figure><a href=\"" + target + "\"><img src=\"" + target + "\" alt=\"" + name +
            "\" loading=\"lazy\"></a><figcaption><span>" + name + "</span><span>" + app::size_text(entry.bytes) +
            "</span></figcaption></figure>\n";
  }
  return page + "</main>\n</html>\n";
}

}  // namespace weft::get_app::demo
