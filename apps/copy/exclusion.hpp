#pragma once

#include <string>
#include <vector>

namespace weft::copy_app {

/// What is left out, by shell patterns. One without a slash is for names, wherever they stand; one with a slash is for
/// paths below the source ("build/*.o"), a slash at the beginning makes no difference, one at the end means folders only.
class exclusion {
 public:
  explicit exclusion(const std::vector<std::string>& patterns);

  [[nodiscard]] bool matches(const std::string& path, const std::string& name, bool is_folder) const;

 private:
  struct pattern {
    std::string text;
    bool is_path;
    bool folders_only;
  };
  std::vector<pattern> patterns_;
};

}  // namespace weft::copy_app
