#include "echo/latency_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "echo/print_format.hpp"

namespace weft::echo_app {
namespace {

constexpr double left = 80;
constexpr double top = 50;
constexpr double width = 600;
constexpr double height = 300;
constexpr double nines = 4;           // to 99.99 %
constexpr double least_us = 0.1;      // a logarithm has no place for 0
constexpr double first_share = 0.01;  // the luckiest request would press all others against the top
constexpr std::size_t most_labels = 10;

double x_of(double nine) { return left + width * nine / nines; }

/// The axis of times.
class time_axis {
 public:
  time_axis(double least, double most) : ticks_(log_ticks(least, most)) {}

  [[nodiscard]] double y_of(double us) const {
    const double low = std::log10(ticks_.front());
    const double share = (std::log10(std::max(us, least_us)) - low) / (std::log10(ticks_.back()) - low);
    return top + height * (1 - share);
  }
  [[nodiscard]] std::string lines() const {
    std::string out;
    for (std::size_t i = 0; i < ticks_.size(); ++i) {
      const double us = ticks_[i];
      const bool decade = std::abs(std::log10(us) - std::round(std::log10(us))) < 1e-6;
      if (ticks_.size() > most_labels && !decade) continue;
      const double y = y_of(us);
      out += format(
          "<line x1=\"80\" x2=\"680\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
          "<text x=\"74\" y=\"%.1f\" text-anchor=\"end\">%.10g µs</text>\n",
          y, y, y + 4, us);
    }
    return out;
  }

 private:
  std::vector<double> ticks_;
};

std::string share_lines() {
  std::string out;
  for (const double share : {0.0, 0.9, 0.99, 0.999, 0.9999}) {
    const double x = x_of(-std::log10(1 - share));
    out += format(
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"50\" y2=\"350\" stroke=\"#ddd\"/>"
        "<text x=\"%.1f\" y=\"368\" text-anchor=\"middle\">%g %%</text>\n",
        x, x, x, share * 100);
  }
  return out;
}

}  // namespace

std::vector<double> log_ticks(double least, double most) {
  constexpr std::array<double, 3> in_a_decade = {1, 2, 5};
  constexpr double rounding = 1 + 1e-9;
  std::vector<double> ticks;
  for (int decade = static_cast<int>(std::floor(std::log10(least)));; ++decade) {
    for (const double each : in_a_decade) {
      const double tick = each * std::pow(10.0, decade);
      if (tick <= least * rounding) ticks.clear();
      ticks.push_back(tick);
      if (tick * rounding >= most && ticks.size() > 1) return ticks;
    }
  }
}

std::string latency_picture(const std::string& title, const histogram& latencies) {
  const auto microseconds = [&](double share) {
    return std::max(least_us, static_cast<double>(latencies.percentile(std::max(share, first_share))) * 1e-3);
  };
  const auto share_at = [](double nine) { return 1 - std::pow(10.0, -nine); };
  const time_axis times(microseconds(0), microseconds(share_at(nines)));
  std::string points;
  for (double nine = 0; nine <= nines; nine += 0.02) {
    points += format("%.1f,%.1f ", x_of(nine), times.y_of(microseconds(share_at(nine))));
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 410\" font-family=\"sans-serif\" "
         "font-size=\"12\">\n<rect width=\"720\" height=\"410\" fill=\"white\"/>\n"
         "<text x=\"80\" y=\"20\" font-size=\"15\" font-weight=\"bold\">Latency of weft-echo bench</text>\n"
         "<text x=\"80\" y=\"38\" fill=\"#555\">" +
         title + "</text>\n" + share_lines() + times.lines() +
         "<polyline fill=\"none\" stroke=\"#2a9d8f\" stroke-width=\"2\" points=\"" + points +
         "\"/>\n"
         "<text x=\"380\" y=\"395\" text-anchor=\"middle\" fill=\"#555\">share of the requests that took no "
         "longer</text>\n</svg>\n";
}

}  // namespace weft::echo_app
