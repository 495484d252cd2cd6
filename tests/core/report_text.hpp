#pragma once

#include <string>
#include <string_view>

namespace core_test {

/// A report without the times, which a wait of ten milliseconds and more has: ", 0.01 s by now".
inline std::string without_times(std::string report) {
  constexpr std::string_view end = " s by now";
  for (std::size_t at = report.find(end); at != std::string::npos; at = report.find(end)) {
    const std::size_t comma = report.rfind(", ", at);
    report.erase(comma, at + end.size() - comma);
  }
  return report;
}

}  // namespace core_test
