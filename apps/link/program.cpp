#include "link/program.hpp"

#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <csignal>
#include <exception>
#include <string_view>

#include <weft/core/run.hpp>
#include <weft/version.hpp>

#include "common/arguments.hpp"
#include "common/display_text.hpp"
#include "common/program_options.hpp"
#include "common/text_sink.hpp"
#include "link/config.hpp"
#include "link/session.hpp"

namespace weft::link_app {
namespace {

constexpr app::exit_code_row exit_codes[] = {{app::exit_code::usage, "wrong command line"},
                                             {app::exit_code::network, "cannot listen, or the target has no address"},
                                             {app::exit_code::hung_up, "ended by SIGHUP"},
                                             {app::exit_code::interrupted, "ended by SIGINT (Ctrl-C)"},
                                             {app::exit_code::terminated, "ended by SIGTERM"}};

int fail(app::exit_code code, std::string_view message) {
  const auto line = "weft-link: " + app::printable(message) + "\n";
  // When standard error is gone there is no one left to tell.
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  return static_cast<int>(code);
}

task<int> relay_or_tell(const config& settings) {
  std::string trouble;
  try {
    co_await relay(settings);
    co_return static_cast<int>(app::exit_code::ok);
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  co_return fail(app::exit_code::network, trouble);
}

int run_checked(std::vector<std::string> words) {
  const auto typed = app::parse_arguments(program(), std::move(words));
  if (auto about = app::answer_about_program(program(), typed)) {
    app::write_fully(STDOUT_FILENO, *about, "standard output");
    return static_cast<int>(app::exit_code::ok);
  }
  const config settings = resolve(typed);
  return run(run_options{.name = "weft-link"}, [&settings] { return relay_or_tell(settings); });
}

}  // namespace

const app::program_spec& program() {
  static const app::program_spec spec{
      .name = "weft-link",
      .version = weft::version(),
      .summary = "a bad network link between a program and its peer, for tests",
      .usage = {"[OPTION]... HOST:PORT"},
      .description =
          {"Relays TCP connections and datagrams to HOST:PORT and back, and loses, delays, repeats, reorders and "
           "spoils "
           "them on the way. It prints where clients have to connect to, and its seed: what becomes of a packet "
           "follows "
           "from the seed, the packet's number and its direction alone, so that a run can be repeated with --seed.",
           "For TCP a packet is a piece of at most 1460 bytes. A lost one comes 200 ms later with all that is behind "
           "it, as "
           "if it had been sent again; nothing is repeated or reordered.",
           "Each client is a port of its own to the target, and answers go back to it. Counters are printed at the "
           "end."},
      .options = link_options(),
      .examples = {{"weft-link --udp --loss 30% --duplicate 20% --reorder 10% --delay 100ms localhost:7007",
                    "a link that a protocol over UDP has to survive"},
                   {"weft-link --tcp -l 127.0.0.1:8080 --rate 64k --delay 300ms example.org:80",
                    "a slow line to a web server"},
                   {"weft-link --seed 7 --cut 10s+5s localhost:7007", "nothing goes through from 10 s to 15 s"}},
      .exit_codes = exit_codes};
  return spec;
}

int run_program(std::vector<std::string> words) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run_checked(std::move(words));
  } catch (const app::usage_error& error) {
    return fail(app::exit_code::usage, error.what());
  } catch (const std::exception& error) {
    return fail(app::exit_code::network, app::plain_message(error.what()));
  }
}

}  // namespace weft::link_app
