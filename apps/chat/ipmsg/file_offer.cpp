#include "chat/ipmsg/file_offer.hpp"

#include <algorithm>

#include <weft/base/parse.hpp>

#include "chat/ipmsg/fields.hpp"
#include "chat/text_encoding.hpp"
#include "chat/visible_text.hpp"
#include "common/text_cells.hpp"

namespace weft::chat_app::ipmsg {
namespace {

constexpr std::size_t max_offers = 64;
constexpr std::size_t max_name = 200;
constexpr std::uint32_t regular_file = 1;
constexpr std::uint32_t folder = 2;

std::optional<file_reference> parse_offer(std::string_view text, std::uint32_t number) {
  const auto id = parse_integer<std::uint32_t>(take_field(text));
  file_reference out;
  out.name = decoded(take_name(text));
  const auto size = parse_integer<std::uint64_t>(take_field(text), 16);
  take_field(text);
  const auto attributes = parse_integer<std::uint32_t>(take_field(text), 16);
  if (!id || !size || !attributes || out.name.empty()) return std::nullopt;
  const auto kind = *attributes & 0xff;
  if (kind != regular_file && kind != folder) return std::nullopt;
  out.packet = number;
  out.file = *id;
  out.size = *size;
  out.is_folder = kind == folder;
  return out;
}

}  // namespace

std::vector<file_reference> parse_offers(const packet& got) {
  std::vector<file_reference> offers;
  if (!got.has(file_option) || got.extensions.empty()) return offers;
  std::string_view rest = got.extensions.front();
  while (!rest.empty() && offers.size() < max_offers) {
    const auto end = std::min(rest.find('\a'), rest.size());
    if (auto offer = parse_offer(rest.substr(0, end), got.number)) offers.push_back(std::move(*offer));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (rest.starts_with(':')) rest.remove_prefix(1);
  }
  return offers;
}

std::string offer_bytes(const file_reference& file, std::uint32_t modified) {
  auto name = name_field(file.name);
  std::erase_if(name, [](char c) { return c == '\a' || c == '\0'; });
  return std::to_string(file.file) + ":" + name + ":" + hex(file.size) + ":" + hex(modified) + ":" +
         hex(file.is_folder ? folder : regular_file) + ":\a";
}

std::optional<file_request> parse_request(std::string_view bytes) {
  const auto got = parse_packet(bytes);
  if (!got || (got->what() != command::get_file && got->what() != command::get_folder)) return std::nullopt;
  const bool is_folder = got->what() == command::get_folder;
  // Folders have no offset: some send one all the same, and some end at the number.
  const bool has_ended = is_folder && bytes.find('\0') != std::string_view::npos;
  std::string_view rest = got->text;
  if (std::ranges::count(rest, ':') < (has_ended ? 1 : 2)) return std::nullopt;
  const auto number = parse_integer<std::uint32_t>(take_field(rest), 16);
  const auto file = parse_integer<std::uint32_t>(take_field(rest), 16);
  const auto offset = parse_integer<std::uint64_t>(take_field(rest), 16);
  if (!number || !file) return std::nullopt;
  return file_request{*number, *file, is_folder ? 0 : offset.value_or(0), is_folder};
}

std::string request_bytes(std::string user, std::string host, std::uint32_t number, const file_request& wanted) {
  packet out{number, std::move(user), std::move(host),
             bits(wanted.is_folder ? command::get_folder : command::get_file)};
  out.text = hex(wanted.packet) + ":" + hex(wanted.file) + ":" + hex(wanted.offset);
  return packet_bytes(out);
}

std::string local_name(std::string_view offered) {
  const auto slash = offered.find_last_of("/\\");
  if (slash != std::string_view::npos) offered.remove_prefix(slash + 1);
  std::string name;
  for (auto rest = offered; !rest.empty();) {
    const auto [code, size] = app::next_code(rest);
    if (code >= 0x20 && app::is_shown(code) && name.size() + size <= max_name) name += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  while (name.starts_with('.') || name.starts_with(' ')) name.erase(0, 1);
  while (name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  if (name.starts_with('-') || name.starts_with('~')) name.front() = '_';
  return name.empty() ? "file" : name;
}

}  // namespace weft::chat_app::ipmsg
