#include "chat/line_editor.hpp"

#include <algorithm>
#include <utility>

namespace weft::chat_app {
namespace {

/// What all words begin with.
std::string common_beginning(const std::vector<std::string>& words) {
  std::string common = words.front();
  for (const auto& word : words) {
    const auto [end, ignored] = std::ranges::mismatch(common, word);
    common.erase(end, common.end());
  }
  // Not in the middle of a character.
  while (!common.empty() && (static_cast<unsigned char>(common.back()) & 0x80) != 0) common.pop_back();
  return common;
}

std::string without_tabs(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '\t', ' ');
  return out;
}

}  // namespace

prompt_line line_editor::line() const {
  if (!pasted_.empty()) return {question_, {}, 0};
  return {prompt_, line_.text(), line_.cursor()};
}

std::vector<editor_action> line_editor::feed(std::string_view bytes) {
  std::vector<key_press> pressed;
  keys_.feed(bytes, pressed);
  std::vector<editor_action> actions;
  for (const auto& one : pressed) press(one, actions);
  return actions;
}

std::vector<editor_action> line_editor::settle() {
  std::vector<key_press> pressed;
  keys_.settle(pressed);
  std::vector<editor_action> actions;
  for (const auto& one : pressed) press(one, actions);
  return actions;
}

void line_editor::press(const key_press& pressed, std::vector<editor_action>& actions) {
  using kind = editor_action::kind;
  if (pressed.what == key::suspend) {
    actions.push_back({kind::suspend});
  } else if (pressed.what == key::clear_screen) {
    actions.push_back({kind::clear_screen});
  } else if (!pasted_.empty()) {
    answer(pressed, actions);
  } else {
    edit(pressed, actions);
  }
}

void line_editor::answer(const key_press& pressed, std::vector<editor_action>& actions) {
  if (pressed.what == key::escape || pressed.what == key::interrupt) pasted_.clear();
  if (pressed.what != key::text) return;
  // What was typed ahead may have arrived with the answer.
  const auto at = pressed.text.find_first_of("yYnN");
  if (at == std::string::npos) return;
  if (pressed.text[at] == 'y' || pressed.text[at] == 'Y') enter_paste(actions);
  pasted_.clear();
  line_.insert(std::string_view(pressed.text).substr(at + 1));
}

void line_editor::edit(const key_press& pressed, std::vector<editor_action>& actions) {
  using kind = editor_action::kind;
  switch (pressed.what) {
    case key::text: line_.insert(pressed.text); break;
    case key::paste: paste(pressed.text, actions); break;
    case key::enter: enter(actions); break;
    case key::tab: complete(actions); break;
    case key::backspace: line_.erase_back(); break;
    case key::delete_next: line_.erase_next(); break;
    case key::left: line_.left(); break;
    case key::right: line_.right(); break;
    case key::word_left: line_.word_left(); break;
    case key::word_right: line_.word_right(); break;
    case key::home: line_.home(); break;
    case key::end: line_.end(); break;
    case key::up: line_.set(history_.older(line_.text())); break;
    case key::down: line_.set(history_.newer(line_.text())); break;
    case key::kill_to_end: line_.kill_to_end(); break;
    case key::kill_to_begin: line_.kill_to_begin(); break;
    case key::kill_word_left: line_.kill_word_left(); break;
    case key::kill_word_right: line_.kill_word_right(); break;
    case key::yank: line_.yank(); break;
    case key::transpose: line_.transpose(); break;
    case key::interrupt: line_.empty() ? actions.push_back({kind::interrupt}) : line_.set({}); break;
    case key::end_of_input: line_.empty() ? actions.push_back({kind::end_of_input}) : line_.erase_next(); break;
    case key::escape:
    case key::clear_screen:
    case key::suspend: break;
  }
}

void line_editor::enter(std::vector<editor_action>& actions) {
  auto text = line_.take();
  history_.add(text);
  actions.push_back({editor_action::kind::line, std::move(text)});
}

void line_editor::paste(std::string_view text, std::vector<editor_action>& actions) {
  if (text.empty()) return;
  pasted_ = without_tabs(text);
  const auto feeds = static_cast<std::size_t>(std::ranges::count(pasted_, '\n'));
  const auto lines = feeds + (pasted_.back() == '\n' ? 0 : 1);
  if (lines <= max_paste_lines) return enter_paste(actions);
  question_ = "send these " + std::to_string(lines) + " lines? (y/n) ";
}

void line_editor::enter_paste(std::vector<editor_action>& actions) {
  const auto text = std::exchange(pasted_, {});
  std::string_view rest = text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    line_.insert(rest.substr(0, end));
    enter(actions);
    rest.remove_prefix(end + 1);
  }
  line_.insert(rest);
}

void line_editor::complete(std::vector<editor_action>& actions) {
  if (!complete_) return;
  const auto before = std::string_view(line_.text()).substr(0, line_.cursor());
  auto words = complete_(before);
  if (words.empty()) return;
  const auto space = before.rfind(' ');
  const auto from = space == std::string_view::npos ? 0 : space + 1;
  const auto typed = before.size() - from;
  if (words.size() == 1) return line_.replace_back_to(from, words.front() + " ");
  if (const auto common = common_beginning(words); common.size() > typed) return line_.replace_back_to(from, common);
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : "  ") + word;
  actions.push_back({editor_action::kind::candidates, std::move(list)});
}

}  // namespace weft::chat_app
