#include "echo/program.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <csignal>
#include <exception>
#include <fstream>
#include <string_view>
#include <variant>

#include <weft/base/error.hpp>
#include <weft/core/run.hpp>
#include <weft/tls/error.hpp>
#include <weft/version.hpp>

#include "common/arguments.hpp"
#include "common/display_text.hpp"
#include "common/program_options.hpp"
#include "common/text_sink.hpp"
#include "echo/bench_report.hpp"
#include "echo/client.hpp"
#include "echo/config.hpp"
#include "echo/server.hpp"

namespace weft::echo_app {
namespace {

constexpr app::exit_code_row exit_codes[] = {
    {app::exit_code::ok, "everything came back as it was sent"},
    {app::exit_code::internal, "an error of no other class"},
    {app::exit_code::usage, "wrong command line"},
    {app::exit_code::file, "a file cannot be read or written"},
    {app::exit_code::network, "cannot listen or connect, or nothing came back"},
    {app::exit_code::tls, "the TLS handshake was refused"},
    {app::exit_code::integrity, "what came back differs from what was sent"},
    {app::exit_code::hung_up, "ended by SIGHUP"},
    {app::exit_code::interrupted, "interrupted (SIGINT)"},
    {app::exit_code::terminated, "ended by SIGTERM"}};

int fail(app::exit_code code, std::string_view message) {
  const auto line = "weft-echo: " + app::printable(message) + "\n";
  // When standard error is gone there is no one left to tell.
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  return static_cast<int>(code);
}

/// Each connection takes one.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void write_file(const std::string& name, const std::string& text) {
  std::ofstream file(name, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw_errno(errno != 0 ? errno : EIO, "cannot write '" + name + "'");
}

task<app::exit_code> bench(const bench_config& settings) {
  std::exception_ptr interrupted;
  const bench_result found = co_await run_bench(settings, interrupted);
  app::write_fully(STDOUT_FILENO, settings.json ? json_report(settings, found) : text_report(settings, found),
                   "standard output");
  if (!settings.plot.empty()) write_file(settings.plot, plot(settings, found));
  if (interrupted) std::rethrow_exception(interrupted);
  if (found.mismatches > 0) co_return app::exit_code::integrity;
  co_return found.requests == 0 || found.broken > 0 ? app::exit_code::network : app::exit_code::ok;
}

task<app::exit_code> run_command(const config& chosen) {
  if (const auto* server = std::get_if<server_config>(&chosen)) {
    co_await run_server(*server);
    co_return app::exit_code::ok;
  }
  if (const auto* client = std::get_if<client_config>(&chosen)) co_return co_await run_client(*client);
  co_return co_await bench(std::get<bench_config>(chosen));
}

task<int> run_or_tell(const config& chosen) {
  auto code = app::exit_code::internal;
  std::string trouble;
  try {
    co_return static_cast<int>(co_await run_command(chosen));
  } catch (const tls::error& error) {
    code = error.kind() == tls::error_kind::configuration ? app::exit_code::file : app::exit_code::tls;
    trouble = error.what();
  } catch (const boost::system::system_error& error) {
    code = app::exit_code::network;
    trouble = app::plain_message(error.what());
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  co_return fail(code, trouble);
}

int run_checked(std::vector<std::string> words) {
  const auto typed = app::parse_arguments(program(), std::move(words));
  if (auto about = app::answer_about_program(program(), typed)) {
    app::write_fully(STDOUT_FILENO, *about, "standard output");
    return static_cast<int>(app::exit_code::ok);
  }
  const config chosen = resolve(typed, {.terminal_on_stdin = ::isatty(STDIN_FILENO) != 0});
  run_options options{.name = "weft-echo"};
  if (const auto* server = std::get_if<server_config>(&chosen)) options.threads = server->threads;
  return run(options, [&chosen] { return run_or_tell(chosen); });
}

}  // namespace

const app::program_spec& program() {
  static const app::program_spec spec{
      .name = "weft-echo",
      .version = weft::version(),
      .summary = "an echo server over TCP, UDP and TLS, a client that checks it, and a load generator",
      .usage = {"server [OPTION]...", "client [OPTION]... HOST PORT", "bench [OPTION]... HOST PORT"},
      .description =
          {"The server sends back what it gets (RFC 862), by default over TCP and UDP on 127.0.0.1:7007, and prints "
           "where it listens. A TCP connection whose peer ends its side gets the rest and the end; one whose peer does "
           "not read is not read from. Datagrams are answered from the address that was asked; those from ports below "
           "1024, from the server's own port and from services that answer anything get no reply, nor do those that "
           "were sent to many, so that the server cannot be made part of a loop or an attack. Sources off the "
           "loopback get 100 replies a second each, and 10 000 together.",
           "The client sends standard input and prints what comes back, or, with --count, --size or --interval, "
           "numbered probes and a summary as ping does. It checks every byte.",
           "bench measures a server, this one or any other: as fast as answers come, or, with --rate, at a fixed rate; "
           "then a latency counts from when a message should have been sent, so that a server that stalls does not "
           "look better than it is. It checks every byte, too."},
      .options = echo_options(),
      .examples = {{"weft-echo server -l 0.0.0.0:7007 --stats 10",
                    "serves the network, with counters every 10 seconds"},
                   {"weft-echo client --udp -c 5 192.0.2.1 7007", "sends 5 datagrams and says how long each took"},
                   {"weft-echo client ::1 7007 < file > copy", "sends a file there and back"},
                   {"weft-echo bench -n 500 -d 10 --json 127.0.0.1 7007", "measures 500 connections for 10 seconds"},
                   {"weft-echo bench --rate 50000 --plot latency.svg 127.0.0.1 7007",
                    "50 000 requests a second, with a picture of the latencies"}},
      .exit_codes = exit_codes};
  return spec;
}

int run_program(std::vector<std::string> words) {
  std::signal(SIGPIPE, SIG_IGN);
  allow_many_descriptors();
  try {
    return run_checked(std::move(words));
  } catch (const app::usage_error& error) {
    return fail(app::exit_code::usage, error.what());
  } catch (const std::exception& error) {
    return fail(app::exit_code::internal, app::plain_message(error.what()));
  }
}

}  // namespace weft::echo_app
