#include "echo/bench_report.hpp"

#include <boost/json.hpp>

#include "common/units.hpp"
#include "echo/latency_picture.hpp"
#include "echo/print_format.hpp"

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
  return latency_picture(title_of(settings) + format(": %.0f a second", rate_of(found)), found.latencies);
}

}  // namespace weft::echo_app
