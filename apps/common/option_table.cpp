#include "common/option_table.hpp"

namespace weft::app {

std::string dashed(std::string_view name) { return (name.size() == 1 ? "-" : "--") + std::string(name); }

std::vector<std::string> all_names(const option_spec& option) {
  std::vector<std::string> names;
  if (option.short_name != 0) names.push_back({'-', option.short_name});
  names.push_back(dashed(option.long_name));
  for (const auto alias : option.aliases) names.push_back(dashed(alias));
  return names;
}

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> parts;
  while (!choices.empty()) {
    const auto bar = choices.find('|');
    parts.push_back(choices.substr(0, bar));
    choices = bar == std::string_view::npos ? std::string_view{} : choices.substr(bar + 1);
  }
  return parts;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (word.empty()) continue;
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace weft::app
