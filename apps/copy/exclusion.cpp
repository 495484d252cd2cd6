#include "copy/exclusion.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "common/arguments.hpp"

namespace weft::copy_app {

exclusion::exclusion(const std::vector<std::string>& patterns) {
  for (std::string text : patterns) {
    pattern made{{}, false, false};
    while (text.size() > 1 && text.ends_with('/')) {
      made.folders_only = true;
      text.pop_back();
    }
    made.is_path = text.find('/') != std::string::npos;
    text.erase(0, text.find_first_not_of('/'));
    if (text.empty()) throw app::usage_error("--exclude with nothing to match");
    made.text = std::move(text);
    patterns_.push_back(std::move(made));
  }
}

bool exclusion::matches(const std::string& path, const std::string& name, bool is_folder) const {
  return std::ranges::any_of(patterns_, [&](const pattern& p) {
    if (p.folders_only && !is_folder) return false;
    const std::string& subject = p.is_path ? path : name;
    return ::fnmatch(p.text.c_str(), subject.c_str(), p.is_path ? FNM_PATHNAME : 0) == 0;
  });
}

}  // namespace weft::copy_app
