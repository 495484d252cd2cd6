#include "chat/ipmsg/folder_stream.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <weft/base/parse.hpp>

#include "chat/ipmsg/fields.hpp"
#include "chat/text_encoding.hpp"
#include "chat/visible_text.hpp"
#include "common/text_cells.hpp"

namespace weft::chat_app::ipmsg {
namespace {

constexpr std::size_t longest_length = 8;  // digits of a header's length
constexpr std::size_t longest_name = 255;
constexpr std::uint32_t file_attribute = 1;
constexpr std::uint32_t folder_attribute = 2;
constexpr std::uint32_t leave_attribute = 3;

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error("the peer sends " + what); }

bool is_entry_name(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.size() > longest_name) return false;
  return name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

/// What is not seen may join emoji, and changes no direction then; all else that is no text is '_'.
std::string without_controls(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto [code, size] = app::next_code(name);
    const bool is_joiner = code == 0x200c || code == 0x200d;
    out += app::is_shown(code) || is_joiner ? std::string(name.substr(0, size)) : "_";
    name.remove_prefix(size);
  }
  return out;
}

folder_entry::kind kind_of(std::uint32_t attributes) {
  switch (attributes & 0xff) {
    case file_attribute: return folder_entry::kind::file;
    case folder_attribute: return folder_entry::kind::folder;
    case leave_attribute: return folder_entry::kind::leave;
    default: return folder_entry::kind::other;
  }
}

std::uint32_t attribute_of(folder_entry::kind what) {
  switch (what) {
    case folder_entry::kind::folder: return folder_attribute;
    case folder_entry::kind::leave: return leave_attribute;
    default: return file_attribute;
  }
}

/// The length that the header has by its own word, in its first field; nothing as long as that is not all there.
std::optional<std::size_t> length_of(std::string_view bytes) {
  const auto digits = bytes.substr(0, std::min(bytes.find(':'), longest_length + 1));
  const auto length = parse_integer<std::uint32_t>(digits, 16);
  const bool is_whole = digits.size() < bytes.size();
  if (digits.empty() && !is_whole) return std::nullopt;
  if (!length || digits.size() > longest_length) refuse("no folder");
  if (!is_whole) return std::nullopt;
  if (*length <= digits.size() + 1 || *length > longest_header) refuse("a header of no sane length");
  return *length;
}

}  // namespace

std::string entry_bytes(const folder_entry& entry) {
  // iptux takes the first time for the one of the last access, and the second for the one of the last change.
  const auto time = hex(entry.modified);
  const auto name = entry.what == folder_entry::kind::leave ? std::string(".") : name_field(entry.name);
  const auto rest =
      ":" + name + ":" + hex(entry.size) + ":" + hex(attribute_of(entry.what)) + ":14=" + time + ":16=" + time + ":";
  auto length = hex(rest.size() + 4);
  length.insert(0, 4 - length.size(), '0');
  return length + rest;
}

std::optional<found_entry> parse_entry(std::string_view bytes) {
  const auto length = length_of(bytes);
  if (!length || bytes.size() < *length) return std::nullopt;
  auto rest = bytes.substr(0, *length);
  take_field(rest);
  found_entry found;
  found.size = *length;
  const auto name = decoded(take_name(rest));
  const auto size = parse_integer<std::uint64_t>(take_field(rest), 16);
  const auto attributes = parse_integer<std::uint32_t>(take_field(rest), 16);
  if (!size || !attributes) refuse("a header that is none");
  found.entry.what = kind_of(*attributes);
  if (found.entry.what == folder_entry::kind::leave) return found;
  if (!is_entry_name(name)) refuse("a name that may not stand in a folder: '" + visible_word(name) + "'");
  found.entry.name = name;
  if (found.entry.what != folder_entry::kind::folder) found.entry.size = *size;
  return found;
}

folder_limits limits_for(std::uint64_t offered_size) {
  folder_limits limits;
  constexpr std::uint64_t slack = 1 << 20;
  if (offered_size > 0) limits.bytes = std::min(offered_size, UINT64_MAX / 2) / 8 * 9 + slack;
  return limits;
}

std::optional<folder_entry> folder_reader::next_entry(std::string_view& input) {
  const auto had = header_.size();
  header_ += input.substr(0, longest_header - had);
  auto found = parse_entry(header_);
  input.remove_prefix((found ? found->size : header_.size()) - had);
  if (!found) return std::nullopt;
  header_.clear();
  return std::move(found->entry);
}

/// What a header asks for; nothing for one that is left out.
std::optional<folder_reader::step> folder_reader::begin(const folder_entry& entry) {
  using kind = folder_entry::kind;
  if (depth_ == 0 && entry.what != kind::folder) refuse("no folder");
  if (entry.what == kind::leave) {
    has_ended_ = --depth_ == 0;
    return step{has_ended_ ? step::kind::end : step::kind::leave};
  }
  if (++entries_ > limits_.entries) refuse("more than " + std::to_string(limits_.entries) + " entries");
  if (entry.size > limits_.bytes - totals_.bytes) refuse("more than was offered");
  missing_ = entry.size;
  totals_.bytes += entry.size;
  is_kept_ = entry.what == kind::file;
  if (entry.what == kind::other) return std::nullopt;
  if (is_kept_) {
    ++totals_.files;
    return step{step::kind::file, without_controls(entry.name)};
  }
  if (++depth_ > limits_.depth) refuse("more than " + std::to_string(limits_.depth) + " folders in each other");
  // The outermost one has the name under which it was offered.
  if (depth_ == 1) return std::nullopt;
  return step{step::kind::enter, without_controls(entry.name)};
}

folder_reader::step folder_reader::next(std::string_view& input) {
  for (;;) {
    if (has_ended_) return {step::kind::end};
    if (input.empty()) return {};
    if (missing_ > 0) {
      const auto bytes = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(missing_, input.size())));
      input.remove_prefix(bytes.size());
      missing_ -= bytes.size();
      if (is_kept_) return {step::kind::data, {}, bytes};
      continue;
    }
    const auto entry = next_entry(input);
    if (!entry) return {};
    if (auto what = begin(*entry)) return *std::move(what);
  }
}

}  // namespace weft::chat_app::ipmsg
