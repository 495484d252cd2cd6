#include "get/progress_view.hpp"

#include <array>
#include <cstdio>

#include "common/display_text.hpp"
#include "common/units.hpp"

namespace weft::get_app {
namespace {

std::string seconds_text(std::chrono::nanoseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2fs", std::chrono::duration<double>(time).count());
  return text.data();
}

std::string count_text(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::string result_line(const file_report& report) {
  const auto url = app::printable(report.url);
  const auto path = app::printable(report.path);
  switch (report.status) {
    case outcome::ok: return path + "  " + app::size_text(report.bytes) + "  " + seconds_text(report.total);
    case outcome::skipped:
      return "skipped " + url + ": " + (report.message.empty() ? path + " is there already" : report.message);
    case outcome::failed: break;
  }
  auto line = "failed " + url + ": " + app::printable(report.message);
  if (report.attempts > 1) line += " (" + std::to_string(report.attempts) + " attempts)";
  return line;
}

progress_view::progress_view(display show, bool verbose, app::text_sink& sink)
    : show_(show), verbose_(verbose), sink_(sink), start_(now()) {}

transfer& progress_view::started(std::uint64_t number, std::string_view name) {
  auto& entry = transfers_[number];
  if (show_ == display::bar) entry.name = app::printable(name);
  return entry;
}

void progress_view::ended(const file_report& report) {
  transfers_.erase(report.number);
  switch (report.status) {
    case outcome::ok:
      ++state_.finished;
      state_.finished_bytes += report.bytes;
      break;
    case outcome::skipped: ++state_.skipped; break;
    case outcome::failed: ++state_.failed; break;
  }
  const bool everything = show_ == display::plain || (verbose_ && show_ != display::nothing);
  const bool failures = show_ != display::nothing;
  if (everything || (failures && report.status == outcome::failed)) print(result_line(report));
}

void progress_view::detail(const std::string& line) {
  if (verbose_ && show_ != display::nothing) print("* " + app::printable(line));
}

void progress_view::print(const std::string& line) {
  if (show_ == display::bar) {
    lines_ += line + '\n';
  } else {
    sink_.add(line + '\n');
  }
}

void progress_view::draw() {
  const auto time = now();
  rate_.sample(time, state_.bytes);
  if (show_ != display::bar) return;
  state_.rate = rate_.per_second();
  state_.elapsed = time - start_;
  state_.active.clear();
  for (auto& [number, entry] : transfers_) {
    entry.rate.sample(time, entry.received);
    state_.active.push_back({entry.name, entry.received, entry.size, entry.rate.per_second(), entry.note});
  }
  const auto screen = app::size_of_screen(sink_.fd());
  sink_.add(block_.draw(render(state_, screen), lines_, screen));
  lines_.clear();
}

std::string progress_view::summary(ending how) const {
  const auto time = now() - start_;
  const double seconds = std::chrono::duration<double>(time).count();
  const auto rate = seconds > 0 ? static_cast<double>(state_.finished_bytes) / seconds : 0;
  std::string line = how == ending::interrupted ? "interrupted: " : "";
  line += count_text(state_.finished, "file") + ", " + app::size_text(state_.finished_bytes) + " in " +
          seconds_text(time) + " (" + app::size_text(static_cast<std::uint64_t>(rate)) + "/s)";
  if (state_.skipped > 0) line += ", " + std::to_string(state_.skipped) + " skipped";
  if (state_.failed > 0) line += ", " + std::to_string(state_.failed) + " failed";
  return line + '\n';
}

void progress_view::finish(ending how) {
  if (show_ == display::nothing) return;
  if (show_ == display::bar) sink_.add(block_.erase(app::size_of_screen(sink_.fd())));
  sink_.add(lines_);
  lines_.clear();
  const bool wanted = show_ != display::errors && how == ending::regular;
  if (wanted || how == ending::interrupted) sink_.add(summary(how));
}

}  // namespace weft::get_app
