#include "chat/config.hpp"
#include "common/program_options.hpp"

namespace weft::chat_app {
namespace {

using app::audience;

constexpr std::string_view whom = "Whom to talk to";
constexpr std::string_view identity = "Who is who";
constexpr std::string_view what = "What to send";
constexpr std::string_view output = "Output";

void add_network(std::vector<app::option_spec>& all) {
  all.push_back(
      {.long_name = "mode",
       .short_name = 'm',
       .metavar = "MODE",
       .group = whom,
       .help = "plain: bare datagrams, as nc -u; secure: encrypted, authenticated, nothing lost; ipmsg: IP Messenger",
       .default_text = "plain",
       .choices = "plain|secure|ipmsg",
       .shown = audience::common});
  all.push_back({.long_name = "listen",
                 .short_name = 'l',
                 .metavar = "[ADDR:]PORT",
                 .group = whom,
                 .help = "where to be heard; port 0: any, which is then told",
                 .default_text = "7070 on every address, 2425 in ipmsg mode",
                 .shown = audience::common});
  all.push_back({.long_name = "nick",
                 .short_name = 'n',
                 .metavar = "NAME",
                 .group = whom,
                 .help = "what you are called",
                 .default_text = "the user's name",
                 .shown = audience::common});
  all.push_back({.long_name = "discover",
                 .metavar = "WHETHER",
                 .group = whom,
                 .help = "find peers on the local network, and be found: by broadcast in ipmsg mode, by multicast in "
                         "secure mode",
                 .default_text = "on in ipmsg mode, off in secure mode",
                 .choices = "on|off"});
  all.push_back(
      {.long_name = "iface", .metavar = "NAME", .group = whom, .help = "the network interface to use, and no other"});
  all.push_back({.long_name = "ipv4", .short_name = '4', .group = whom, .help = "use IPv4 only"});
  all.push_back({.long_name = "ipv6", .short_name = '6', .group = whom, .help = "use IPv6 only"});
}

void add_identity(std::vector<app::option_spec>& all) {
  all.push_back({.long_name = "key",
                 .metavar = "FILE",
                 .group = identity,
                 .help = "secure mode: your key; made when it is missing",
                 .default_text = "~/.config/weft/chat.key",
                 .value = app::completes::files});
  all.push_back({.long_name = "known",
                 .metavar = "FILE",
                 .group = identity,
                 .help = "secure mode: the keys of peers; one that has another key is always refused",
                 .default_text = "~/.config/weft/chat.known",
                 .value = app::completes::files});
  all.push_back({.long_name = "psk-file",
                 .metavar = "FILE",
                 .group = identity,
                 .help = "secure mode: talk only to peers that have the same pre-shared key: 32 bytes in base64, as "
                         "head -c 32 /dev/urandom | base64 writes them",
                 .value = app::completes::files});
  all.push_back({.long_name = "accept",
                 .metavar = "WHOM",
                 .group = identity,
                 .help = "secure mode: keys that are not known: ask about them, refuse them, or take all",
                 .default_text = "ask, on a terminal",
                 .choices = "ask|known|all"});
}

void add_sending(std::vector<app::option_spec>& all) {
  all.push_back({.long_name = "send",
                 .short_name = 's',
                 .metavar = "TEXT",
                 .group = what,
                 .help = "send TEXT to every peer and end; the exit code says whether all got it",
                 .shown = audience::common});
  all.push_back({.long_name = "count",
                 .short_name = 'c',
                 .metavar = "N",
                 .group = what,
                 .help = "end when N messages have come, with --send: as answers",
                 .shown = audience::common});
  all.push_back({.long_name = "wait",
                 .short_name = 'w',
                 .metavar = "SECONDS",
                 .group = what,
                 .help = "how long to wait for what becomes of --send, and for the messages of --count",
                 .default_text = "--send: 0 in plain mode, 10 in others; --count: for ever",
                 .shown = audience::common});
  all.push_back({.long_name = "eol",
                 .metavar = "HOW",
                 .group = what,
                 .help = "put a line feed behind each line on the wire; auto: for peers that do it themselves",
                 .default_text = "auto",
                 .choices = "auto|lf|none"});
  all.push_back({.long_name = "encoding",
                 .metavar = "NAME",
                 .group = what,
                 .help = "of peers that do not write UTF-8, in both directions; iconv -l lists them",
                 .default_text = "utf-8"});
  all.push_back({.long_name = "retries",
                 .metavar = "N",
                 .group = what,
                 .help = "ipmsg mode: how often a text is sent again before it has failed",
                 .default_text = "4"});
  all.push_back({.long_name = "rate",
                 .metavar = "N",
                 .group = what,
                 .help = "lines a second at most; more wait, also those of a pipe",
                 .default_text = "5"});
  all.push_back({.long_name = "burst",
                 .metavar = "N",
                 .group = what,
                 .help = "lines that go out at once before the rate counts",
                 .default_text = "20"});
  all.push_back({.long_name = "max-size",
                 .metavar = "BYTES",
                 .group = what,
                 .help = "longest datagram; longer lines go in several",
                 .default_text = "1200"});
}

void add_output(std::vector<app::option_spec>& all) {
  all.push_back({.long_name = "json",
                 .group = output,
                 .help = "print a JSON object for each event on standard output",
                 .shown = audience::common});
  all.push_back({.long_name = "log",
                 .metavar = "FILE",
                 .group = output,
                 .help = "write everything that is said to the end of FILE too",
                 .value = app::completes::files});
  all.push_back({.long_name = "quiet",
                 .short_name = 'q',
                 .group = output,
                 .help = "print what is said to you, and nothing else",
                 .shown = audience::common});
  all.push_back({.long_name = "color",
                 .metavar = "WHEN",
                 .group = output,
                 .help = "use colours",
                 .default_text = "auto",
                 .choices = "auto|always|never",
                 .aliases = {"colour"}});
  all.push_back({.long_name = "notify",
                 .metavar = "COMMAND",
                 .group = output,
                 .help = "run COMMAND, without a shell, with each message on its standard input"});
  all.push_back({.long_name = "stats", .group = output, .help = "at the end, tell what was sent and received"});
  all.push_back({.long_name = "bell", .group = output, .help = "ring the terminal's bell for each message"});
}

}  // namespace

std::vector<app::option_spec> chat_options() {
  std::vector<app::option_spec> all;
  add_network(all);
  add_identity(all);
  add_sending(all);
  add_output(all);
  for (auto& option : app::program_options()) all.push_back(std::move(option));
  return all;
}

}  // namespace weft::chat_app
