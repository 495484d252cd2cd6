#include "chat/program.hpp"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include <weft/core/run.hpp>
#include <weft/version.hpp>

#include "chat/chat_exit.hpp"
#include "chat/config.hpp"
#include "chat/session.hpp"
#include "common/arguments.hpp"
#include "common/descriptors.hpp"
#include "common/display_text.hpp"
#include "common/program_options.hpp"
#include "common/terminal.hpp"
#include "common/text_sink.hpp"

namespace weft::chat_app {
namespace {

int fail(chat_exit code, std::string_view message) {
  const auto line = "weft-chat: " + app::printable(message) + "\n";
  // When standard error is gone there is no one left to tell.
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  return static_cast<int>(code);
}

std::string user_name() {
  const auto* entry = ::getpwuid(::getuid());
  return entry == nullptr ? "me" : entry->pw_name;
}

std::string config_folder() {
  const char* chosen = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (chosen != nullptr && *chosen == '/') return std::string(chosen) + "/weft";
  return std::string(home == nullptr ? "." : home) + "/.config/weft";
}

task<int> chat(const config& settings) {
  std::string trouble;
  try {
    const auto talking = std::make_unique<session>(settings);
    const auto code = co_await talking->run();
    co_return static_cast<int>(code);
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  co_return fail(chat_exit::usage, trouble);
}

int run_checked(std::vector<std::string> words) {
  const auto typed = app::parse_arguments(program(), std::move(words));
  if (auto about = app::answer_about_program(program(), typed)) {
    app::write_fully(STDOUT_FILENO, *about, "standard output");
    return static_cast<int>(chat_exit::ok);
  }
  const auto settings = resolve(
      typed,
      {.color_on_stdout = app::wants_color(STDOUT_FILENO), .user = user_name(), .config_folder = config_folder()});
  return run(run_options{.name = "weft-chat"}, [&settings] { return chat(settings); });
}

}  // namespace

const app::program_spec& program() {
  static const app::program_spec spec{
      .name = "weft-chat",
      .version = weft::version(),
      .summary = "talk to other computers by UDP, from a terminal or a script",
      .usage = {"[OPTION]... [PEER]...", "--send TEXT [--wait SECONDS] PEER..."},
      .description =
          {"Each line that is typed goes to every PEER (HOST, HOST:PORT or [IPv6]:PORT), each that arrives is shown. "
           "Without a PEER on a terminal, weft-chat asks for an address and a port. On a terminal the line that is "
           "being typed stays whole whatever arrives, and lines that begin with a slash are commands: /help lists "
           "them.",
           "In a pipe, the lines of standard input are sent, what arrives goes to standard output, and everything "
           "else to standard error. The end of standard input does not end weft-chat.",
           "In plain mode a line is one datagram of UTF-8 without anything around it, as nc -u and small scripts "
           "send: anyone can send one in anyone's name, and it may get lost. An own message is sent when the "
           "system has it, and failed when the peer's computer says that nobody listens.",
           "In secure mode every message is encrypted and signed for by a key: yours is in --key, those of others in "
           "--known, and a peer that suddenly has another one is refused. Messages arrive once and in order, or are "
           "reported as failed. Both sides have to speak it.",
           "In ipmsg mode it talks to IP Messenger and iptux on the local network: who is there appears by itself, and "
           "a "
           "message is delivered when its receipt has come. Nothing is encrypted.",
           "What arrives cannot drive the terminal: controls and invisible characters are shown by name."},
      .options = chat_options(),
      .examples = {{"weft-chat 192.0.2.7", "talks to 192.0.2.7, port 7070"},
                   {"weft-chat -l 0 192.0.2.7 192.0.2.8:9000", "talks to two, from any free port"},
                   {"weft-chat --send 'build done' --wait 1 192.0.2.7", "sends a line from a script"},
                   {"weft-chat --mode secure 192.0.2.7", "talks so that nobody else can read or forge it"},
                   {"weft-chat --mode ipmsg", "talks to the users of IP Messenger and iptux that are there"},
                   {"weft-chat --json < /dev/null", "prints what arrives, for a program"}},
      .exit_codes = chat_exit_table()};
  return spec;
}

int run_program(std::vector<std::string> words) {
  app::occupy_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run_checked(std::move(words));
  } catch (const std::exception& error) {
    return fail(chat_exit::usage, app::plain_message(error.what()));
  }
}

}  // namespace weft::chat_app
