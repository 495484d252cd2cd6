#include "common/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

namespace weft::app {
namespace {

std::string joined_names(const option_spec& option) {
  std::string names;
  for (const auto& name : all_names(option)) names += (names.empty() ? "" : ",") + name;
  return names;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

[[noreturn]] void reject_unknown(const program_spec& program, std::string word) {
  word = word.substr(0, word.find('='));
  std::string nearest;
  std::size_t best = 3;
  for (const auto& option : program.options) {
    if (option.shown == audience::hidden) continue;
    for (const auto& name : all_names(option)) {
      const auto distance = edit_distance(word, name);
      if (name.size() > 2 && distance < best) {
        best = distance;
        nearest = name;
      }
    }
  }
  throw usage_error("unknown option '" + word + "'" + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

void check_choice(const option_spec& option, const std::string& value) {
  if (option.choices.empty()) return;
  const auto choices = split_choices(option.choices);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  throw usage_error("--" + std::string(option.long_name) + " does not know '" + value +
                    "': " + std::string(option.choices));
}

void add_to_parser(CLI::App& parser, const option_spec& option, arguments& result) {
  if (option.metavar.empty()) {
    auto record = [&result, &option](std::int64_t count) {
      result.options.push_back({&option, std::vector<std::string>(static_cast<std::size_t>(count))});
    };
    parser.add_flag_function(joined_names(option), record)->disable_flag_override();
    return;
  }
  CLI::callback_t record = [&result, &option](const CLI::results_t& values) {
    for (const auto& value : values) check_choice(option, value);
    result.options.push_back({&option, values});
    return true;
  };
  parser.add_option(joined_names(option), record, std::string{})
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

/// CLI11 reads the next word as the value of "--name="; here an empty value is a mistake.
void reject_empty_values(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (word == "--") return;
    if (word.starts_with("--") && word.ends_with('=')) {
      throw usage_error("option '" + word.substr(0, word.size() - 1) + "' needs a value");
    }
  }
}

const option_spec* find_option(const program_spec& program, std::string_view word) {
  const auto found = std::find_if(program.options.begin(), program.options.end(), [word](const option_spec& option) {
    const auto names = all_names(option);
    return std::find(names.begin(), names.end(), word) != names.end();
  });
  return found == program.options.end() ? nullptr : &*found;
}

/// The options that `word` is, without their values; unknown ones are left out.
std::vector<const option_spec*> options_of(const program_spec& program, std::string_view word) {
  std::vector<const option_spec*> found;
  if (word.starts_with("--")) {
    if (const auto* option = find_option(program, word.substr(0, word.find('=')))) found.push_back(option);
    return found;
  }
  if (!word.starts_with('-')) return found;
  for (const char letter : word.substr(1)) {
    const auto* option = find_option(program, std::string{'-', letter});
    if (option == nullptr) break;
    found.push_back(option);
    if (!option->metavar.empty()) break;
  }
  return found;
}

}  // namespace

bool is_flag_given(const program_spec& program, const std::vector<std::string>& words, std::string_view long_name) {
  bool is_value = false;
  for (const auto& word : words) {
    if (std::exchange(is_value, false)) continue;
    if (word == "--") return false;
    const auto options = options_of(program, word);
    for (const auto* option : options) {
      if (option->long_name == long_name) return true;
    }
    const bool valued = !options.empty() && !options.back()->metavar.empty();
    is_value =
        valued && (word.starts_with("--") ? word.find('=') == std::string::npos : word.size() == options.size() + 1);
  }
  return false;
}

arguments parse_arguments(const program_spec& program, std::vector<std::string> words) {
  reject_empty_values(words);
  // Everything behind "--" is an operand; kept away from CLI11, which cannot tell it from an unknown option.
  const auto end = std::find(words.begin(), words.end(), "--");
  std::vector<std::string> behind(end == words.end() ? end : end + 1, words.end());
  words.erase(end, words.end());

  CLI::App parser;
  arguments result;
  parser.set_help_flag();
  parser.allow_extras();
  for (const auto& option : program.options) add_to_parser(parser, option, result);
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    parser.parse(std::move(words));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    throw usage_error("option '" + what.substr(0, what.find(':')) + "' needs a value");
  } catch (const CLI::ParseError& error) {
    throw usage_error(error.what());
  }
  for (auto& word : parser.remaining()) {
    if (word.size() > 1 && word.front() == '-') reject_unknown(program, word);
    result.operands.push_back(std::move(word));
  }
  result.operands.insert(result.operands.end(), behind.begin(), behind.end());
  return result;
}

}  // namespace weft::app
