#include <weft/http/gate.hpp>

#include <weft/base/text.hpp>
#include <weft/http/detail/bytes.hpp>
#include <weft/http/detail/violation.hpp>

#include <algorithm>

namespace weft::http {
namespace {

using detail::is_kind;
using detail::text_byte;
using detail::token_byte;
using detail::violation;

[[noreturn]] void too_large(const std::string& what) {
  throw error(error_kind::head_too_large, error_phase::head, what);
}

bool is_text(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return is_kind(c, text_byte); });
}

bool frames_message(std::string_view name) noexcept {
  return iequals(name, "content-length") || iequals(name, "transfer-encoding");
}

/// "HTTP/1.x"
int minor_version(std::string_view text) {
  if (text.size() != 8 || !text.starts_with("HTTP/1.") || text[7] < '0' || text[7] > '9') {
    violation("'" + escape(text.substr(0, 16)) + "' is not HTTP/1.0 or HTTP/1.1");
  }
  return text[7] == '0' ? 0 : 1;
}

void forbid_bare_cr_and_nul(std::string_view line) {
  if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos)
    violation("bare CR or NUL in the head");
}

}  // namespace

void head_gate::rearm() noexcept {
  spent_bytes_ += line_begin_;
  line_begin_ = scanned_ = 0;
  dropped_ = folded_ = false;
}

void head_gate::reset() noexcept { *this = head_gate(limits_, rules_); }

std::optional<std::size_t> head_gate::read(std::string_view received, response_head& head) {
  return read_head(received, head);
}

std::optional<std::size_t> head_gate::read(std::string_view received, request_head& head) {
  return read_head(received, head);
}

template <class Head>
std::optional<std::size_t> head_gate::read_head(std::string_view received, Head& head) {
  while (true) {
    const std::size_t end = received.find('\n', scanned_);
    const std::size_t reached = end == std::string_view::npos ? received.size() : end + 1;
    if (reached - line_begin_ > limits_.line)
      too_large("line of the head longer than " + std::to_string(limits_.line) + " bytes");
    if (spent_bytes_ + reached > limits_.bytes)
      too_large("head larger than " + std::to_string(limits_.bytes) + " bytes");
    scanned_ = reached;
    if (end == std::string_view::npos) return std::nullopt;
    if (end == line_begin_ || received[end - 1] != '\r') violation("line of the head ends without CR");

    const std::size_t line_end = end - 1;
    if (line_begin_ == 0) {
      head.fields.clear();
      start_line(received.substr(0, line_end), head);
    } else if (line_end == line_begin_) {
      line_begin_ = reached;
      finish(received.substr(0, reached), head.fields);
      return reached;
    } else {
      field_line(received, line_end, head.fields);
    }
    line_begin_ = reached;
  }
}

void head_gate::start_line(std::string_view line, response_head& head) const {
  forbid_bare_cr_and_nul(line);
  const std::size_t space = line.find(' ');
  head.minor_version = minor_version(line.substr(0, space));
  const std::string_view rest = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  const auto digit = [&](std::size_t i) { return rest[i] >= '0' && rest[i] <= '9' ? rest[i] - '0' : -1000; };
  const int status = rest.size() < 3 ? -1 : digit(0) * 100 + digit(1) * 10 + digit(2);
  const bool delimited = rest.size() > 3 ? rest[3] == ' ' : rules_ == head_rules::tolerant;
  if (status < 100 || !delimited) violation("malformed status line '" + escape(line.substr(0, 64)) + "'");
  head.status = status;
  head.reason = rest.size() > 4 ? rest.substr(4) : std::string_view();
  if (rules_ == head_rules::strict && !is_text(head.reason)) violation("control byte in the status line");
}

void head_gate::start_line(std::string_view line, request_head& head) const {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) violation("malformed request line");
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  head.minor_version = minor_version(line.substr(last + 1));
  const auto is_graph = [](char c) { return is_kind(c, text_byte) && c != ' ' && c != '\t'; };
  if (!is_token(head.method) || head.target.empty() || !std::ranges::all_of(head.target, is_graph)) {
    violation("malformed request line");
  }
}

void head_gate::field_line(std::string_view received, std::size_t end, headers& fields) {
  const char* const text = received.data();
  if (text[line_begin_] == ' ' || text[line_begin_] == '\t') return folded_line(received, end, fields);
  if (++seen_fields_ > limits_.fields) too_large("more than " + std::to_string(limits_.fields) + " fields in the head");

  std::size_t name_end = line_begin_;
  while (name_end < end && is_kind(text[name_end], token_byte)) ++name_end;
  if (name_end == line_begin_ || name_end == end || text[name_end] != ':') {
    violation("malformed field line '" +
              escape(received.substr(line_begin_, std::min<std::size_t>(end - line_begin_, 64))) + "'");
  }
  std::size_t value_begin = name_end + 1;
  std::size_t value_end = end;
  while (value_begin < value_end && (text[value_begin] == ' ' || text[value_begin] == '\t')) ++value_begin;
  while (value_begin < value_end && (text[value_end - 1] == ' ' || text[value_end - 1] == '\t')) --value_end;

  const std::string_view name = received.substr(line_begin_, name_end - line_begin_);
  const std::string_view value = received.substr(value_begin, value_end - value_begin);
  dropped_ = !is_text(value);
  if (dropped_) {
    forbid_bare_cr_and_nul(value);
    if (rules_ == head_rules::strict || frames_message(name))
      violation("control byte in field '" + std::string(name) + "'");
    return;
  }
  const auto offset = [](std::size_t position) { return static_cast<std::uint32_t>(position); };
  fields.raw_index().push_back({offset(line_begin_), offset(name_end), offset(value_begin), offset(value_end)});
}

void head_gate::folded_line(std::string_view received, std::size_t end, headers& fields) {
  auto& index = fields.raw_index();
  const std::string_view line = received.substr(line_begin_, end - line_begin_);
  forbid_bare_cr_and_nul(line);
  const bool first = seen_fields_ == 0 || (index.empty() && !dropped_);
  if (first || rules_ == head_rules::strict) violation("folded line in the head");
  if (dropped_) return;
  const headers::range last = index.back();
  const std::string_view name = received.substr(last.name_begin, last.name_end - last.name_begin);
  if (frames_message(name)) violation("folded field '" + std::string(name) + "'");
  const std::string_view kept = trim(line);
  dropped_ = !is_text(kept);
  if (dropped_) {
    index.pop_back();
    return;
  }
  if (kept.empty()) return;
  if (last.value_begin == last.value_end) {
    index.back().value_begin = static_cast<std::uint32_t>(kept.data() - received.data());
  } else {
    folded_ = true;
  }
  index.back().value_end =
      static_cast<std::uint32_t>(kept.data() - received.data() + static_cast<std::ptrdiff_t>(kept.size()));
}

void head_gate::finish(std::string_view head, headers& fields) {
  std::string& text = fields.raw_text();
  text.assign(head);
  if (!folded_) return;
  for (const headers::range& r : fields.raw_index()) {
    for (std::uint32_t i = r.value_begin; i < r.value_end; ++i) {
      if (text[i] == '\r' || text[i] == '\n') text[i] = ' ';
    }
  }
}

}  // namespace weft::http
