#include "link/config.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <string_view>

#include <weft/base/parse.hpp>

#include "common/program_options.hpp"
#include "common/units.hpp"

namespace weft::link_app {
namespace {

using app::audience;

constexpr std::string_view where = "What to relay";
constexpr std::string_view how = "What the link does";
constexpr std::string_view output = "Output";

/// "5%", "0.05".
double parse_share(const std::string& text) {
  const bool percent = text.ends_with('%');
  const std::string_view number(text.data(), text.size() - (percent ? 1 : 0));
  double value = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), value, std::chars_format::fixed);
  if (percent) value /= 100;
  if (error != std::errc{} || end != number.data() + number.size() || !(value >= 0 && value <= 1)) {
    throw app::usage_error("not a share: '" + text + "' (examples: 5%, 0.05)");
  }
  return value;
}

/// "5s+2s": from the fifth second on for two.
cut parse_cut(const std::string& text) {
  const auto plus = text.find('+');
  if (plus == std::string::npos)
    throw app::usage_error("not a cut: '" + text + "' (example: 5s+2s, from 5 s on for 2 s)");
  return {std::chrono::duration_cast<duration>(app::parse_duration(text.substr(0, plus))),
          std::chrono::duration_cast<duration>(app::parse_duration(text.substr(plus + 1)))};
}

void read_listen(config& settings, const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port = parse_integer<std::uint16_t>(colon == std::string::npos ? text : text.substr(colon + 1));
  if (!port) throw app::usage_error("not an address to listen on: '" + text + "' (examples: 7008, 127.0.0.1:0)");
  settings.port = *port;
  if (colon != std::string::npos) settings.host = text.substr(0, colon);
}

void read_target(config& settings, const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || !parse_integer<std::uint16_t>(text.substr(colon + 1))) {
    throw app::usage_error("not a target: '" + text + "' (examples: localhost:7007, [::1]:7007)");
  }
  settings.target_host = text.substr(0, colon);
  settings.target_port = text.substr(colon + 1);
}

void read_option(config& settings, std::string_view name, const std::vector<std::string>& values) {
  const std::string& value = values.back();
  const auto time = [&value] { return std::chrono::duration_cast<duration>(app::parse_duration(value)); };
  const auto positive = [name](auto number) {
    if (number <= decltype(number){}) throw app::usage_error("--" + std::string(name) + " has to be more than nothing");
    return number;
  };
  testkit::link_options& link = settings.link;
  if (name == "listen") read_listen(settings, value);
  if (name == "seed") link.seed = app::parse_count(value, 0, UINT64_MAX);
  if (name == "loss") link.loss = parse_share(value);
  if (name == "duplicate") link.duplicate = parse_share(value);
  if (name == "reorder") link.reorder = parse_share(value);
  if (name == "corrupt") link.corrupt = parse_share(value);
  if (name == "delay") link.delay = time();
  if (name == "jitter") link.jitter = time();
  if (name == "reorder-by") link.reorder_by = time();
  if (name == "rate") link.rate = positive(app::parse_size(value));
  if (name == "queue") link.queue = app::parse_size(value);
  if (name == "stats") settings.stats = positive(time());
  if (name == "json") settings.json = true;
  if (name == "cut") std::transform(values.begin(), values.end(), std::back_inserter(settings.cuts), parse_cut);
}

}  // namespace

std::vector<app::option_spec> link_options() {
  std::vector<app::option_spec> all = {
      {.long_name = "tcp", .group = where, .help = "TCP; without --udp nothing else", .shown = audience::common},
      {.long_name = "udp", .group = where, .help = "UDP; without --tcp nothing else", .shown = audience::common},
      {.long_name = "listen",
       .short_name = 'l',
       .metavar = "ADDR:PORT",
       .group = where,
       .help = "where clients come to; port 0: any, which is printed",
       .default_text = "127.0.0.1:0",
       .shown = audience::common},
      {.long_name = "loss",
       .metavar = "SHARE",
       .group = how,
       .help = "packets that are lost",
       .default_text = "0",
       .shown = audience::common},
      {.long_name = "delay",
       .metavar = "TIME",
       .group = how,
       .help = "how long a packet takes",
       .default_text = "0",
       .shown = audience::common},
      {.long_name = "jitter",
       .metavar = "TIME",
       .group = how,
       .help = "how much that differs, both ways",
       .default_text = "0",
       .shown = audience::common},
      {.long_name = "duplicate",
       .metavar = "SHARE",
       .group = how,
       .help = "datagrams that come twice",
       .default_text = "0"},
      {.long_name = "reorder",
       .metavar = "SHARE",
       .group = how,
       .help = "datagrams that others overtake",
       .default_text = "0"},
      {.long_name = "reorder-by",
       .metavar = "TIME",
       .group = how,
       .help = "how much later those come",
       .default_text = "20ms"},
      {.long_name = "corrupt",
       .metavar = "SHARE",
       .group = how,
       .help = "packets in which a byte is changed",
       .default_text = "0"},
      {.long_name = "rate",
       .metavar = "SIZE",
       .group = how,
       .help = "bytes a second, each way",
       .default_text = "no limit",
       .shown = audience::common},
      {.long_name = "queue",
       .metavar = "SIZE",
       .group = how,
       .help = "bytes of datagrams that wait for the rate at most",
       .default_text = "256k"},
      {.long_name = "cut",
       .metavar = "FROM+LENGTH",
       .group = how,
       .help = "let nothing through for a while, counted from the start; may be given again"},
      {.long_name = "seed",
       .metavar = "N",
       .group = how,
       .help = "what chance follows from: the same number, the same fates",
       .default_text = "another each time, which is printed",
       .shown = audience::common},
      {.long_name = "stats", .metavar = "TIME", .group = output, .help = "print counters on standard error so often"},
      {.long_name = "json", .group = output, .help = "print counters as JSON"},
  };
  for (auto& option : app::program_options()) all.push_back(std::move(option));
  return all;
}

config resolve(const app::arguments& typed) {
  config settings;
  settings.link.seed = std::random_device{}();
  bool tcp = false;
  bool udp = false;
  for (const auto& option : typed.options) {
    if (option.values.empty()) continue;
    const std::string_view name = option.spec->long_name;
    tcp = tcp || name == "tcp";
    udp = udp || name == "udp";
    read_option(settings, name, option.values);
  }
  if (tcp || udp) {
    settings.tcp = tcp;
    settings.udp = udp;
  }
  if (typed.operands.size() != 1) throw app::usage_error("give one target, HOST:PORT");
  read_target(settings, typed.operands.front());
  std::sort(settings.cuts.begin(), settings.cuts.end(), [](const cut& a, const cut& b) { return a.from < b.from; });
  return settings;
}

}  // namespace weft::link_app
