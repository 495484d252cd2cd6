#include "get/url_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <utility>

#include <weft/base/error.hpp>

#include "common/display_text.hpp"
#include "get/line_reader.hpp"
#include "get/safe_name.hpp"

namespace weft::get_app {
namespace {

constexpr std::size_t read_size = 16 * 1024;

int open_list(const std::string& file) {
  if (file == "-") return STDIN_FILENO;
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_errno(errno, "cannot open '" + app::printable(file) + "'");
  return fd;
}

failure bad_line(std::string error, std::string message) {
  failure why;
  why.code = app::exit_code::usage;
  why.error = std::move(error);
  why.message = std::move(message);
  return why;
}

std::optional<failure> fault_of(const list_line& line) {
  const auto where = "line " + std::to_string(line.number) + " ";
  if (line.wrong == list_line::fault::too_long) return bad_line("line_too_long", where + "is longer than 8192 bytes");
  if (line.wrong == list_line::fault::not_text) return bad_line("line_not_text", where + "has a control character");
  return std::nullopt;
}

}  // namespace

/// What the reading thread uses; nothing in it refers to the loop.
struct url_source::state {
  explicit state(url_source_options opts)
      : options(std::move(opts)),
        names(options.on_conflict, [dir = options.dir](const std::string& name) { return look_at(dir / name); }),
        fd(options.input_file ? open_list(*options.input_file) : -1) {
    for (auto& url : options.urls) lines.push_back({0, std::move(url), list_line::fault::none});
    options.urls.clear();
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (fd > STDIN_FILENO) ::close(fd);
  }

  std::vector<job> read(std::size_t limit);
  void read_lines();
  job make_job(const list_line& line);

  url_source_options options;
  name_plan names;
  line_reader reader;
  std::deque<list_line> lines;  // read and not given yet
  int fd;                       // -1: nothing more to read
  std::uint64_t count = 0;
};

void url_source::state::read_lines() {
  std::array<char, read_size> buffer;
  std::vector<list_line> found;
  while (found.empty() && fd >= 0) {
    const auto size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw_errno(errno, "cannot read the list '" + app::printable(*options.input_file) + "'");
    if (size > 0) {
      reader.feed({buffer.data(), static_cast<std::size_t>(size)}, found);
    } else {
      reader.finish(found);
      if (fd > STDIN_FILENO) ::close(fd);
      fd = -1;
    }
  }
  for (auto& line : found) lines.push_back(std::move(line));
}

job url_source::state::make_job(const list_line& line) {
  job next;
  next.number = ++count;
  next.text = line.text;
  next.fault = fault_of(line);
  if (next.fault) return next;
  try {
    next.url = http::url::parse(with_scheme(line.text));
  } catch (const http::error& error) {
    next.fault = failure_of(error);
    return next;
  }
  if (options.output == "-") return next;
  if (options.output && look_at(options.dir / *options.output) == occupant::other) {
    next.target = {planned_name::verdict::not_a_file, *options.output};
  } else {
    next.target = names.assign(options.output ? *options.output : name_from_url(next.url->str()));
  }
  return next;
}

std::vector<job> url_source::state::read(std::size_t limit) {
  std::vector<job> jobs;
  while (jobs.size() < limit) {
    if (lines.empty() && jobs.empty()) read_lines();
    if (lines.empty()) break;
    jobs.push_back(make_job(lines.front()));
    lines.pop_front();
  }
  return jobs;
}

url_source::url_source(url_source_options options, offload& threads)
    : state_(std::make_shared<state>(std::move(options))), threads_(threads) {}

url_source::~url_source() = default;

task<std::vector<job>> url_source::read(std::size_t limit) {
  if (ended_) co_return std::vector<job>();
  ended_ = true;  // stays so when the read is left behind or fails
  auto work = [state = state_, limit] { return state->read(limit); };
  auto jobs = co_await threads_.run_abandonable(std::move(work));
  ended_ = jobs.empty();
  // The thread is done with the state until the next read.
  if (state_->fd < 0) total_ = state_->count + state_->lines.size();
  co_return jobs;
}

std::optional<std::uint64_t> url_source::total() const { return total_; }

std::string with_scheme(std::string_view text) {
  return http::url::has_scheme(text) ? std::string(text) : "https://" + std::string(text);
}

occupant look_at(const std::filesystem::path& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return occupant::nothing;
  return S_ISREG(there.st_mode) || S_ISLNK(there.st_mode) ? occupant::file : occupant::other;
}

}  // namespace weft::get_app
