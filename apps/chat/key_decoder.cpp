#include "chat/key_decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "chat/visible_text.hpp"
#include "common/text_cells.hpp"

namespace weft::chat_app {
namespace {

constexpr char escape_byte = '\x1b';
constexpr std::string_view paste_end = "\x1b[201~";
constexpr std::size_t longest_sequence = 32;

std::optional<key> control_key(char c) {
  switch (c) {
    case 'a' & 31: return key::home;
    case 'b' & 31: return key::left;
    case 'c' & 31: return key::interrupt;
    case 'd' & 31: return key::end_of_input;
    case 'e' & 31: return key::end;
    case 'f' & 31: return key::right;
    case 'h' & 31:
    case 0x7f: return key::backspace;
    case '\t': return key::tab;
    case '\n':
    case '\r': return key::enter;
    case 'k' & 31: return key::kill_to_end;
    case 'l' & 31: return key::clear_screen;
    case 'n' & 31: return key::down;
    case 'p' & 31: return key::up;
    case 't' & 31: return key::transpose;
    case 'u' & 31: return key::kill_to_begin;
    case 'w' & 31: return key::kill_word_left;
    case 'y' & 31: return key::yank;
    case 'z' & 31: return key::suspend;
    default: return std::nullopt;
  }
}

std::optional<key> meta_key(char c) {
  switch (c) {
    case 'b': return key::word_left;
    case 'f': return key::word_right;
    case 'd': return key::kill_word_right;
    case '\b':
    case 0x7f: return key::kill_word_left;
    default: return std::nullopt;
  }
}

/// `body` is what stands between "ESC [" (or "ESC O") and the final byte, and that byte.
std::optional<key> sequence_key(std::string_view body) {
  static constexpr std::array<std::pair<std::string_view, key>, 22> known{
      {{"A", key::up},           {"B", key::down},          {"C", key::right},
       {"D", key::left},         {"H", key::home},          {"F", key::end},
       {"1~", key::home},        {"7~", key::home},         {"4~", key::end},
       {"8~", key::end},         {"3~", key::delete_next},  {"1;5C", key::word_right},
       {"1;5D", key::word_left}, {"1;3C", key::word_right}, {"1;3D", key::word_left},
       {"5C", key::word_right},  {"5D", key::word_left},    {"c", key::word_right},
       {"d", key::word_left},    {"M", key::enter},         {"3;5~", key::kill_word_right},
       {"1;2A", key::up}}};
  const auto found = std::ranges::find(known, body, &std::pair<std::string_view, key>::first);
  if (found == known.end()) return std::nullopt;
  return found->second;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Typed text is shown as it is, and sent: what would not be shown does not come in.
std::string cleaned(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const auto [code, size] = app::next_code(bytes);
    const bool joiner = code == 0x200c || code == 0x200d;
    if (code == '\n' || code == '\t' || joiner || (code >= 0 && app::is_shown(code))) out += bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  return out;
}

/// Terminals send CR for the end of a pasted line, or CR LF.
std::string with_newlines(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    out += bytes[i] == '\r' ? '\n' : bytes[i];
  }
  return out;
}

}  // namespace

void key_decoder::feed(std::string_view bytes, std::vector<key_press>& keys) {
  pending_ += bytes;
  while (!pending_.empty()) {
    const bool taken = pasting_ ? take_paste(keys) : take_one(keys);
    if (!taken) return;
  }
}

void key_decoder::settle(std::vector<key_press>& keys) {
  if (pasting_ || pending_.empty()) return;
  if (pending_.front() == escape_byte) keys.push_back({key::escape});
  pending_.clear();
}

bool key_decoder::take_one(std::vector<key_press>& keys) {
  const char first = pending_.front();
  if (first == escape_byte) return take_escape(keys);
  if (!is_control(first)) return take_text(keys);
  if (const auto known = control_key(first)) keys.push_back({*known});
  pending_.erase(0, 1);
  return true;
}

bool key_decoder::take_escape(std::vector<key_press>& keys) {
  if (pending_.size() < 2) return false;
  const char second = pending_[1];
  if (second == '[' || second == 'O') return take_sequence(keys);
  if (second == escape_byte) {
    keys.push_back({key::escape});
    pending_.erase(0, 1);
    return true;
  }
  if (const auto known = meta_key(second)) keys.push_back({*known});
  const auto size = is_control(second) ? 1 : app::next_code(std::string_view(pending_).substr(1)).size;
  pending_.erase(0, 1 + size);
  return true;
}

bool key_decoder::take_sequence(std::vector<key_press>& keys) {
  const auto body = std::string_view(pending_).substr(2, longest_sequence + 1);
  const auto final_byte = std::ranges::find_if(body, [](char c) { return c >= 0x40 && c <= 0x7e; });
  const auto broken = std::ranges::find_if(body, is_control);
  if (broken < final_byte) {
    pending_.erase(0, 2 + static_cast<std::size_t>(broken - body.begin()));
    return true;
  }
  if (final_byte == body.end()) {
    if (body.size() <= longest_sequence) return false;
    pending_.erase(0, 2 + body.size());
    return true;
  }
  const auto size = static_cast<std::size_t>(final_byte - body.begin()) + 1;
  const auto whole = body.substr(0, size);
  if (whole == "200~") {
    pasting_ = true;
    paste_.clear();
  } else if (const auto known = sequence_key(whole)) {
    keys.push_back({*known});
  }
  pending_.erase(0, 2 + size);
  return true;
}

bool key_decoder::take_paste(std::vector<key_press>& keys) {
  const auto end = pending_.find(paste_end);
  // The end may have arrived in part.
  const auto size = end != std::string::npos             ? end
                    : pending_.size() < paste_end.size() ? 0
                                                         : pending_.size() - paste_end.size() + 1;
  paste_.append(pending_, 0, std::min(size, max_paste - paste_.size()));
  pending_.erase(0, size);
  if (end == std::string::npos) return false;
  pending_.erase(0, paste_end.size());
  pasting_ = false;
  keys.push_back({key::paste, cleaned(with_newlines(std::exchange(paste_, {})))});
  return true;
}

bool key_decoder::take_text(std::vector<key_press>& keys) {
  const auto stop = std::ranges::find_if(pending_, is_control);
  auto size = static_cast<std::size_t>(stop - pending_.begin());
  // A character that has arrived in part waits for its rest.
  for (std::size_t back = 1; stop == pending_.end() && back <= std::min<std::size_t>(3, size); ++back) {
    const auto lead = static_cast<unsigned char>(pending_[size - back]);
    if (lead < 0x80) break;
    if (lead < 0xc0) continue;
    const std::size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (wanted > back) size -= back;
    break;
  }
  if (size == 0) return false;
  auto text = cleaned(std::string_view(pending_).substr(0, size));
  pending_.erase(0, size);
  if (!text.empty()) keys.push_back({key::text, std::move(text)});
  return true;
}

}  // namespace weft::chat_app
