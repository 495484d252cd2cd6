#include "copy/program.hpp"

#include <unistd.h>

#include <csignal>
#include <exception>

#include <weft/core/run.hpp>
#include <weft/version.hpp>

#include "common/arguments.hpp"
#include "common/descriptors.hpp"
#include "common/display_text.hpp"
#include "common/program_options.hpp"
#include "common/terminal.hpp"
#include "common/text_sink.hpp"
#include "copy/config.hpp"
#include "copy/session.hpp"

namespace weft::copy_app {
namespace {

constexpr app::exit_code_row exit_codes[] = {{app::exit_code::ok, "everything was copied"},
                                             {app::exit_code::usage, "wrong command line"},
                                             {app::exit_code::file, "something could not be copied; the rest was"},
                                             {app::exit_code::hung_up, "ended by SIGHUP"},
                                             {app::exit_code::interrupted, "interrupted (SIGINT)"},
                                             {app::exit_code::terminated, "ended by SIGTERM"}};

int fail(app::exit_code code, std::string_view message, bool quiet) {
  const auto line = "weft-copy: " + app::printable(message) + "\n";
  // When standard error is gone there is no one left to tell.
  if (!quiet) static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  return static_cast<int>(code);
}

task<int> copy(const config& settings) {
  std::string trouble;
  try {
    session copying(settings);
    const auto code = co_await copying.run();
    co_return static_cast<int>(code);
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  co_return fail(app::exit_code::file, trouble, settings.quiet);
}

int run_checked(std::vector<std::string> words) {
  const auto typed = app::parse_arguments(program(), std::move(words));
  if (auto about = app::answer_about_program(program(), typed)) {
    app::write_fully(STDOUT_FILENO, *about, "standard output");
    return static_cast<int>(app::exit_code::ok);
  }
  const auto settings = resolve(typed, {.screen_on_stderr = app::is_screen(STDERR_FILENO)});
  return run(run_options{.name = "weft-copy"}, [&settings] { return copy(settings); });
}

}  // namespace

const app::program_spec& program() {
  static const app::program_spec spec{
      .name = "weft-copy",
      .version = weft::version(),
      .summary = "copy folders with everything in them, several files at a time",
      .usage = {"[OPTION]... SRC DST", "[OPTION]... SRC... FOLDER"},
      .description =
          {"Copies files and folders as cp -a does: with permissions, times, extended attributes, symbolic and hard "
           "links and holes; with owners when it is root. An existing folder DST receives the copy under SRC's name, "
           "otherwise the copy is called DST.",
           "Every file is written under a temporary name and gets its own when it is complete: what is interrupted "
           "leaves whole files or none, and running it again, with --update, copies the rest. A file that cannot be "
           "copied does not stop the others; it is named on standard error, and the exit code says so.",
           "Symbolic links are copied, never followed, and nothing outside of SRC and DST is reached, whatever "
           "happens to the folders meanwhile. Nothing is ever deleted in DST."},
      .options = copy_options(),
      .examples = {{"weft-copy photos /mnt/backup", "makes or completes /mnt/backup/photos"},
                   {"weft-copy --update --exclude '*.o' src/ /mnt/backup", "copies what is new, without object files"},
                   {"weft-copy --verify --json data copy > report.jsonl",
                    "reads every copy again and writes a report"}},
      .exit_codes = exit_codes};
  return spec;
}

int run_program(std::vector<std::string> words) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  app::occupy_standard_descriptors();
  app::allow_many_descriptors();                                     // each level of folders takes some
  const bool quiet = app::is_flag_given(program(), words, "quiet");  // known even when the words are wrong
  try {
    return run_checked(std::move(words));
  } catch (const app::usage_error& error) {
    return fail(app::exit_code::usage, error.what(), quiet);
  } catch (const std::exception& error) {
    return fail(app::exit_code::file, app::plain_message(error.what()), quiet);
  }
}

}  // namespace weft::copy_app
