#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace weft::chat_app {

/// Lines that were entered, to be called up again. What was typed before going back is the last one on the way forth.
class history {
 public:
  static constexpr std::size_t limit = 1000;

  /// Empty lines and repetitions of the last one are not kept. Ends a search.
  void add(const std::string& line);
  /// The line before the one shown, `shown` itself where there is none.
  std::string older(const std::string& shown);
  std::string newer(const std::string& shown);

 private:
  std::deque<std::string> lines_;
  std::size_t back_ = 0;  // 0: the line that is being typed; n: the n-th from the end
  std::string typed_;
};

}  // namespace weft::chat_app
