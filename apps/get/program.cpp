#include "get/program.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <utility>

#include <weft/core/run.hpp>

#include "common/arguments.hpp"
#include "common/completion.hpp"
#include "common/descriptors.hpp"
#include "common/display_text.hpp"
#include "common/help.hpp"
#include "common/man_page.hpp"
#include "common/terminal.hpp"
#include "common/text_sink.hpp"
#include "get/demo/demo.hpp"
#include "get/failure.hpp"
#include "get/session.hpp"

namespace weft::get_app {
namespace {

std::string answer_to(const flags& typed) {
  switch (typed.action) {
    case special_action::short_help: return app::short_help(program());
    case special_action::full_help: return app::full_help(program());
    case special_action::version: return app::version_line(program());
    case special_action::man_page: return app::man_page(program());
    case special_action::completion: return app::completion_script(program(), typed.shell);
    case special_action::none: break;
  }
  return "";
}

int run_checked(std::vector<std::string> words) {
  const auto typed = parse_flags(std::move(words));
  if (typed.action != special_action::none) {
    app::write_fully(STDOUT_FILENO, answer_to(typed), "standard output");
    return static_cast<int>(app::exit_code::ok);
  }
  const surroundings around{.screen_on_stderr = app::is_screen(STDERR_FILENO),
                            .screen_on_stdout = ::isatty(STDOUT_FILENO) == 1};
  const auto settings = resolve(typed, around);
  if (settings.demo) return demo::run_demo(settings);
  return run(run_options{.name = "weft-get"}, [&settings] { return download(settings); });
}

}  // namespace

void say(std::string_view message) {
  const auto line = "weft-get: " + app::printable(message) + "\n";
  // When standard error is gone there is no one left to tell.
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
}

task<int> download(const config& settings) {
  std::string trouble;
  try {
    session downloads(settings);
    const auto code = co_await downloads.run();
    co_return static_cast<int>(code);
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  if (settings.show != display::nothing) say(trouble);
  co_return static_cast<int>(app::exit_code::file);
}

int run_program(std::vector<std::string> words) {
  std::signal(SIGPIPE, SIG_IGN);
  app::occupy_standard_descriptors();
  app::allow_many_descriptors();                                     // each download takes a connection and a file
  const bool quiet = app::is_flag_given(program(), words, "quiet");  // known even when the words are wrong
  auto code = app::exit_code::file;
  std::string trouble;
  try {
    return run_checked(std::move(words));
  } catch (const app::usage_error& error) {
    code = app::exit_code::usage;
    trouble = error.what();
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  if (!quiet) say(trouble);
  return static_cast<int>(code);
}

}  // namespace weft::get_app
