#pragma once

#include <regex>
#include <string>

namespace core_test {

/// A report without the times, which a wait of ten milliseconds and more has: ", 0.01 s by now".
inline std::string without_times(const std::string& report) {
  return std::regex_replace(report, std::regex(R"(, \d+\.\d\d s by now)"), "");
}

}  // namespace core_test
