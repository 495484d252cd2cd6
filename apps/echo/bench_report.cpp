#include "echo/bench_report.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdarg>
#include <cstdio>

#include "common/units.hpp"

namespace weft::echo_app {
namespace {

constexpr double nanoseconds = 1e-3;  // in microseconds
constexpr double busy = 0.95;

double microseconds(const bench_result& found, double share) {
  return static_cast<double>(found.latencies.percentile(share)) * nanoseconds;
}

double rate_of(const bench_result& found) {
  return found.seconds > 0 ? static_cast<double>(found.requests) / found.seconds : 0;
}

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  std::array<char, 512> text{};
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(text.data(), text.size(), pattern, values);
  va_end(values);
  return text.data();
}

std::string title_of(const bench_config& settings) {
  return format(
      "%s, %zu bytes, %zu connections, %zu on the way each%s",
      settings.target.udp   ? "UDP"
      : settings.target.tls ? "TLS"
                            : "TCP",
      settings.size, settings.connections, settings.pipeline,
      settings.rate ? format(", %llu a second", static_cast<unsigned long long>(*settings.rate)).c_str() : "");
}

}  // namespace

std::string json_report(const bench_config& settings, const bench_result& found) {
  const boost::json::object report = {
      {"protocol", settings.target.udp   ? "udp"
                   : settings.target.tls ? "tls"
                                         : "tcp"},
      {"connections", settings.connections},
      {"size", settings.size},
      {"pipeline", settings.pipeline},
      {"seconds", found.seconds},
      {"requests", found.requests},
      {"rps", rate_of(found)},
      {"mean", found.latencies.mean() * nanoseconds},
      {"p50", microseconds(found, 0.5)},
      {"p90", microseconds(found, 0.9)},
      {"p99", microseconds(found, 0.99)},
      {"p999", microseconds(found, 0.999)},
      {"max", static_cast<double>(found.latencies.largest()) * nanoseconds},
      {"errors", found.errors()},
      {"lost", found.lost},
      {"mismatches", found.mismatches},
      {"broken", found.broken},
      {"client_cpu", found.own_cpu},
      {"client_bound", found.own_cpu >= busy},
  };
  return boost::json::serialize(report) + "\n";
}

std::string text_report(const bench_config& settings, const bench_result& found) {
  std::string text = title_of(settings) + "\n";
  text +=
      format("%llu requests in %.1f s: %.0f a second, %s/s each way\n", static_cast<unsigned long long>(found.requests),
             found.seconds, rate_of(found),
             app::size_text(static_cast<std::uint64_t>(rate_of(found) * static_cast<double>(settings.size))).c_str());
  text += format("microseconds: mean %.1f, 50 %% %.1f, 90 %% %.1f, 99 %% %.1f, 99.9 %% %.1f, most %.1f\n",
                 found.latencies.mean() * nanoseconds, microseconds(found, 0.5), microseconds(found, 0.9),
                 microseconds(found, 0.99), microseconds(found, 0.999),
                 static_cast<double>(found.latencies.largest()) * nanoseconds);
  text += format("errors: %llu (%llu lost, %llu wrong answers, %llu connections broken)\n",
                 static_cast<unsigned long long>(found.errors()), static_cast<unsigned long long>(found.lost),
                 static_cast<unsigned long long>(found.mismatches), static_cast<unsigned long long>(found.broken));
  if (found.own_cpu >= busy) text += "client-bound: this load generator was busy all the time and may be the limit\n";
  return text;
}

std::string plot(const bench_config& settings, const bench_result& found) {
  constexpr double left = 80;
  constexpr double top = 50;
  constexpr double width = 600;
  constexpr double height = 300;
  constexpr double nines = 4;  // to 99.99 %
  const double low = std::log10(std::max(1e-1, microseconds(found, 0.01)));
  const double high = std::max(low + 0.5, std::log10(std::max(1e-1, microseconds(found, 0.9999))));
  const auto x_of = [&](double nine) { return left + width * nine / nines; };
  const auto y_of = [&](double us) {
    return top + height * (1 - (std::log10(std::max(us, 1e-1)) - low) / (high - low));
  };
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 410\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"720\" height=\"410\" fill=\"white\"/>\n";
  out += format("<text x=\"%.0f\" y=\"20\" font-size=\"15\" font-weight=\"bold\">Latency of weft-echo bench</text>\n",
                left);
  out += "<text x=\"80\" y=\"38\" fill=\"#555\">" + title_of(settings) +
         format(": %.0f a second</text>\n", rate_of(found));
  for (const double share : {0.0, 0.9, 0.99, 0.999, 0.9999}) {
    const double x = x_of(-std::log10(1 - share));
    out += format(
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"50\" y2=\"350\" stroke=\"#ddd\"/>"
        "<text x=\"%.1f\" y=\"368\" text-anchor=\"middle\">%g %%</text>\n",
        x, x, x, share * 100);
  }
  for (int decade = static_cast<int>(std::floor(low)); decade <= static_cast<int>(std::ceil(high)); ++decade) {
    const double y = y_of(std::pow(10.0, decade));
    if (y < top || y > top + height) continue;
    out += format(
        "<line x1=\"80\" x2=\"680\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
        "<text x=\"74\" y=\"%.1f\" text-anchor=\"end\">%g µs</text>\n",
        y, y, y + 4, std::pow(10.0, decade));
  }
  std::string points;
  for (double nine = 0; nine <= nines; nine += 0.02) {
    points += format("%.1f,%.1f ", x_of(nine), y_of(microseconds(found, 1 - std::pow(10.0, -nine))));
  }
  out += "<polyline fill=\"none\" stroke=\"#2a9d8f\" stroke-width=\"2\" points=\"" + points + "\"/>\n";
  return out +
         "<text x=\"380\" y=\"395\" text-anchor=\"middle\" fill=\"#555\">share of the requests that took no "
         "longer</text>\n</svg>\n";
}

}  // namespace weft::echo_app
