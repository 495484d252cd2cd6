#include <weft/http/headers.hpp>

#include <weft/base/text.hpp>
#include <weft/http/detail/bytes.hpp>
#include <weft/http/error.hpp>

#include <algorithm>

namespace weft::http {

std::string_view headers::name_at(std::size_t position) const noexcept {
  const range& r = index_[position];
  return {text_.data() + r.name_begin, r.name_end - r.name_begin};
}

headers::field headers::operator[](std::size_t position) const noexcept {
  const range& r = index_[position];
  return {name_at(position), {text_.data() + r.value_begin, r.value_end - r.value_begin}};
}

std::size_t headers::find(std::string_view name, std::size_t from) const noexcept {
  while (from < index_.size() && !iequals(name_at(from), name)) ++from;
  return from;
}

std::optional<std::string_view> headers::get(std::string_view name) const noexcept {
  const std::size_t position = find(name);
  if (position == size()) return std::nullopt;
  return (*this)[position].value;
}

std::string headers::joined(std::string_view name) const {
  std::string all;
  for (std::size_t i = find(name), first = i; i < size(); i = find(name, i + 1)) {
    if (i != first) all += ", ";
    all += (*this)[i].value;
  }
  return all;
}

void headers::add(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    throw error(error_kind::invalid_request, error_phase::prepare, "'" + escape(name) + "' is no field name");
  }
  value = trim(value);
  if (!is_field_value(value)) {
    throw error(error_kind::invalid_request, error_phase::prepare,
                "control byte in the value of field '" + std::string(name) + "'");
  }
  const auto begin = static_cast<std::uint32_t>(text_.size());
  const auto name_end = static_cast<std::uint32_t>(begin + name.size());
  const std::uint32_t value_begin = name_end + 2;
  text_ += name;
  text_ += ": ";
  text_ += value;
  text_ += "\r\n";
  index_.push_back({begin, name_end, value_begin, static_cast<std::uint32_t>(value_begin + value.size())});
}

void headers::set(std::string_view name, std::string_view value) {
  const std::string kept_name(name);
  const std::string kept_value(value);
  remove(name);
  add(kept_name, kept_value);
}

void headers::remove(std::string_view name) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < index_.size(); ++i) {
    if (!iequals(name_at(i), name)) index_[kept++] = index_[i];
  }
  index_.resize(kept);
}

void headers::clear() noexcept {
  text_.clear();
  index_.clear();
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return detail::is_kind(c, detail::token_byte); });
}

bool is_field_value(std::string_view text) noexcept {
  return trim(text) == text && std::ranges::all_of(text, [](char c) { return detail::is_kind(c, detail::text_byte); });
}

bool list_contains(std::string_view list, std::string_view item) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (iequals(trim(list.substr(0, comma)), item)) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

}  // namespace weft::http
