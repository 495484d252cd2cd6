#include "chat/config.hpp"

#include <string_view>

#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>
#include <weft/net/address.hpp>

#include "chat/command.hpp"
#include "chat/text_encoding.hpp"
#include "chat/visible_text.hpp"
#include "common/units.hpp"

namespace weft::chat_app {
namespace {

constexpr std::size_t smallest_datagram = 64;
constexpr std::size_t largest_datagram = 65507;

std::uint16_t port_of(std::string_view text, std::uint16_t lowest) {
  const auto port = parse_integer_in<std::uint16_t>(text, lowest, 65535);
  if (!port) throw app::usage_error("not a port: '" + std::string(text) + "'");
  return *port;
}

double rate_of(std::string_view text) {
  const auto rate = parse_decimal(text);
  if (!rate || *rate <= 0 || *rate > 1e6) throw app::usage_error("not a rate: '" + std::string(text) + "'");
  return *rate;
}

/// "PORT", "ADDR:PORT", "[ADDR]:PORT".
void set_listen(config& settings, std::string_view text) {
  const auto colon = text.rfind(':');
  settings.listen_port = port_of(colon == std::string_view::npos ? text : text.substr(colon + 1), 0);
  if (colon == std::string_view::npos) return;
  const auto host = text.substr(0, colon);
  const auto address = net::parse_address(host);
  if (!address) throw app::usage_error("not an address to listen on: '" + std::string(host) + "'");
  settings.listen_host = address->to_string();
}

line_end line_end_of(std::string_view text) {
  if (text == "lf") return line_end::lf;
  return text == "none" ? line_end::none : line_end::automatic;
}

secure::acceptance acceptance_of(std::string_view text) {
  if (text == "known") return secure::acceptance::known;
  return text == "all" ? secure::acceptance::all : secure::acceptance::ask;
}

std::string encoding_of(const std::string& name) {
  if (!is_encoding(name)) throw app::usage_error("no encoding is called '" + visible_word(name) + "'");
  return iequals(name, "utf-8") || iequals(name, "utf8") ? std::string() : name;
}

std::string command_of(const std::string& text) {
  if (words_of(text).empty()) throw app::usage_error("--notify needs a command");
  return text;
}

/// Without its file an option would do what it does where it is not given: talk without the pre-shared key, above all.
std::string file_of(std::string_view option, const std::string& path) {
  if (path.empty()) throw app::usage_error("--" + std::string(option) + " needs the name of a file");
  return path;
}

void apply(config& settings, const app::typed_option& option) {
  const std::string_view name = option.spec->long_name;
  const auto& value = option.values.back();
  if (name == "listen") set_listen(settings, value);
  if (name == "nick") settings.nick = value;
  if (name == "ipv4") settings.addresses = family::v4;
  if (name == "ipv6") settings.addresses = family::v6;
  if (name == "send") settings.text = value;
  if (name == "wait") settings.wait = app::parse_duration(value);
  if (name == "count") settings.count = app::parse_count(value, 1, 1'000'000'000);
  if (name == "retries") settings.retries = static_cast<int>(app::parse_count(value, 0, 10));
  if (name == "notify") settings.notify = command_of(value);
  if (name == "iface") settings.interface = value;
  if (name == "encoding") settings.encoding = encoding_of(value);
  if (name == "stats") settings.stats = true;
  if (name == "eol") settings.end = line_end_of(value);
  if (name == "discover") settings.discovers = value == "on";
  if (name == "key") settings.key_file = file_of(name, value);
  if (name == "known") settings.known_file = file_of(name, value);
  if (name == "psk-file") settings.psk_file = file_of(name, value);
  if (name == "accept") settings.accept = acceptance_of(value);
  if (name == "rate") settings.rate = rate_of(value);
  if (name == "burst") settings.burst = static_cast<double>(app::parse_count(value, 1, 1'000'000));
  if (name == "max-size") settings.max_size = app::parse_count(value, smallest_datagram, largest_datagram);
  if (name == "json") settings.json = true;
  if (name == "log") settings.log_file = file_of(name, value);
  if (name == "quiet") settings.quiet = true;
  if (name == "color" && value != "auto") settings.color = value == "always";
  if (name == "bell") settings.bell = true;
}

constexpr std::uint16_t ipmsg_port = 2425;

chat_mode mode_of(std::string_view text) {
  if (text == "secure") return chat_mode::secure;
  return text == "ipmsg" ? chat_mode::ipmsg : chat_mode::plain;
}

/// What the other options mean depends on it.
void set_mode(config& settings, chat_mode mode) {
  settings.mode = mode;
  if (mode != chat_mode::ipmsg) return;
  settings.listen_port = settings.peer_port = ipmsg_port;
  settings.addresses = family::v4;
  settings.discovers = true;
}

bool is_given(const app::arguments& typed, std::string_view name) {
  for (const auto& option : typed.options) {
    if (option.spec->long_name == name && !option.values.empty()) return true;
  }
  return false;
}

}  // namespace

peer_address parse_peer(std::string_view text, std::uint16_t default_port) {
  const auto refuse = [&] { throw app::usage_error("not a peer: '" + visible_word(text) + "'"); };
  if (net::parse_address(text)) return {net::parse_address(text)->to_string(), default_port};
  const auto colon = text.rfind(':');
  const auto host = text.substr(0, colon);
  const bool is_bare_v6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  if (host.empty() || is_bare_v6) refuse();
  const auto address = net::parse_address(host);
  if (!address && host.find_first_of("[]/ ") != std::string_view::npos) refuse();
  const auto port = colon == std::string_view::npos ? default_port : port_of(text.substr(colon + 1), 1);
  return {address ? address->to_string() : std::string(host), port};
}

config resolve(const app::arguments& typed, const surroundings& around) {
  config settings;
  settings.nick = settings.user = around.user;
  settings.color = around.color_on_stdout;
  settings.key_file = around.config_folder + "/chat.key";
  settings.known_file = around.config_folder + "/chat.known";
  for (const auto& option : typed.options) {
    if (option.spec->long_name == "mode" && !option.values.empty()) set_mode(settings, mode_of(option.values.back()));
  }
  for (const auto& option : typed.options) {
    if (!option.values.empty()) apply(settings, option);
  }
  if (is_given(typed, "discover") && settings.mode == chat_mode::plain)
    throw app::usage_error("--discover belongs to the modes ipmsg and secure");
  if (is_given(typed, "ipv4") && is_given(typed, "ipv6")) throw app::usage_error("-4 and -6 exclude each other");
  for (const auto* name : {"key", "known", "accept", "psk-file"}) {
    if (is_given(typed, name) && settings.mode != chat_mode::secure)
      throw app::usage_error("--" + std::string(name) + " belongs to --mode secure");
  }
  for (const auto& operand : typed.operands) settings.peers.push_back(parse_peer(operand, settings.peer_port));
  if (settings.text && settings.peers.empty()) throw app::usage_error("--send needs a peer to send to");
  if (settings.text && settings.text->find_first_not_of("\r\n") == std::string::npos)
    throw app::usage_error("--send needs a text that is not empty");
  if (settings.wait && !settings.text && !settings.count) throw app::usage_error("--wait belongs to --send or --count");
  if (is_given(typed, "retries") && settings.mode != chat_mode::ipmsg)
    throw app::usage_error("--retries belongs to --mode ipmsg");
  if (!settings.encoding.empty() && settings.mode == chat_mode::secure)
    throw app::usage_error("--encoding does not go with --mode secure, which is always UTF-8");
  return settings;
}

}  // namespace weft::chat_app
