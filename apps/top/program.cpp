#include "top/program.hpp"

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string_view>

#include <weft/base/parse.hpp>
#include <weft/version.hpp>

#include "common/arguments.hpp"
#include "common/display_text.hpp"
#include "common/program_options.hpp"
#include "common/terminal.hpp"
#include "top/client.hpp"
#include "top/view.hpp"

namespace weft::top_app {
namespace {

constexpr app::exit_code_row exit_codes[] = {{app::exit_code::ok, "done"},
                                             {app::exit_code::internal, "the process cannot be asked, or refuses"},
                                             {app::exit_code::usage, "wrong command line"},
                                             {app::exit_code::file, "standard output cannot be written"}};

std::vector<app::option_spec> options() {
  std::vector<app::option_spec> all = {
      {.long_name = "tree",
       .short_name = 't',
       .group = "What to show",
       .help = "show each task below the one that spawned it, with all its places",
       .shown = app::audience::common},
      {.long_name = "json",
       .group = "What to show",
       .help = "print what the process says, as one line of JSON",
       .shown = app::audience::common},
      {.long_name = "kill",
       .short_name = 'k',
       .metavar = "ID",
       .group = "What to do",
       .help = "kill the task with this number",
       .shown = app::audience::common},
      {.long_name = "reason",
       .metavar = "TEXT",
       .group = "What to do",
       .help = "the reason that the killed task sees",
       .default_text = "by weft-top"},
  };
  for (auto& option : app::program_options()) all.push_back(std::move(option));
  return all;
}

const std::vector<std::string>& values_of(const app::arguments& typed, std::string_view name) {
  static const std::vector<std::string> none;
  for (const auto& option : typed.options) {
    if (option.spec->long_name == name) return option.values;
  }
  return none;
}

/// Gives whether all of it was written.
bool print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

std::string kill(pid_t process, const app::arguments& typed) {
  const auto id = parse_integer<std::uint64_t>(values_of(typed, "kill").back());
  if (!id) throw app::usage_error("not the number of a task: '" + values_of(typed, "kill").back() + "'");
  const auto& reasons = values_of(typed, "reason");
  const std::string reason = reasons.empty() ? std::string("by weft-top") : app::printable(reasons.back());
  check_killed(ask(process, "kill " + std::to_string(*id) + " " + reason));
  return {};
}

std::string list_processes() {
  std::string out;
  for (const pid_t process : processes()) out += std::to_string(process) + "\n";
  if (out.empty()) throw no_answer("no process can be looked into: start one with WEFT_DEBUG=1");
  return out;
}

std::string answer(const app::arguments& typed) {
  if (auto about = app::answer_about_program(program(), typed)) return *about;
  if (typed.operands.empty()) return list_processes();
  if (typed.operands.size() > 1) throw app::usage_error("one process at a time");
  const auto process = parse_integer<pid_t>(typed.operands.front());
  if (!process || *process <= 0)
    throw app::usage_error("not the number of a process: '" + typed.operands.front() + "'");
  if (!values_of(typed, "kill").empty()) return kill(*process, typed);
  const std::string tasks = ask(*process, "tasks");
  const auto loops = read_tasks(tasks);
  if (!values_of(typed, "json").empty()) return tasks;
  if (!values_of(typed, "tree").empty()) return tree_view(loops);
  return list_view(loops, app::is_screen(STDOUT_FILENO) ? app::size_of_screen(STDOUT_FILENO).columns : 0);
}

int fail(app::exit_code code, std::string_view message) {
  std::fprintf(stderr, "weft-top: %s\n", app::printable(message).c_str());
  return static_cast<int>(code);
}

}  // namespace

const app::program_spec& program() {
  static const app::program_spec spec{
      .name = "weft-top",
      .version = weft::version(),
      .summary = "show what the tasks of a running program wait for",
      .usage = {"[OPTION]... [PID]", "--kill ID PID"},
      .description =
          {"Asks a program on weft for its tasks: what each waits for, where, since when and on whom. The program has "
           "to "
           "be started with WEFT_DEBUG=1 in its environment, or with run_options.debugger; then it has a socket in "
           "$XDG_RUNTIME_DIR/weft (else /tmp/weft-UID) that only its user and root can open. It answers even while its "
           "loop is stuck.",
           "Without a PID the processes that can be asked are listed. A program that was started without the socket "
           "still writes a dump to its standard error on SIGUSR2."},
      .options = options(),
      .examples = {{"WEFT_DEBUG=1 weft-get -i urls.txt & weft-top $!", "shows the tasks of a download"},
                   {"weft-top --tree 4711", "shows them below those that spawned them"},
                   {"weft-top --kill 17 4711", "kills one of them"}},
      .exit_codes = exit_codes};
  return spec;
}

int run_program(std::vector<std::string> words) {
  try {
    const auto typed = app::parse_arguments(program(), std::move(words));
    if (!print(answer(typed))) return fail(app::exit_code::file, "standard output cannot be written");
    return static_cast<int>(app::exit_code::ok);
  } catch (const app::usage_error& error) {
    return fail(app::exit_code::usage, error.what());
  } catch (const std::exception& error) {
    return fail(app::exit_code::internal, error.what());
  }
}

}  // namespace weft::top_app
