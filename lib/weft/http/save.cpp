#include <weft/http/response.hpp>

#include <weft/base/error.hpp>
#include <weft/fs/directory.hpp>
#include <weft/fs/files.hpp>
#include <weft/http/pour.hpp>

#include <cerrno>
#include <exception>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace weft::http {
namespace {

/// Of memory that is written while as much comes.
constexpr std::size_t half_size = 256 * 1024;
/// A body that is longer is worth two pipes.
constexpr std::uint64_t long_body = 1024 * 1024;
constexpr std::size_t pipe_size = 512 * 1024;

/// A body on its way into a file, for pour().
class saved_body {
 public:
  saved_body(response& from, fs::atomic_file& file) noexcept : from_(from), file_(file) {}

  task<std::size_t> fill(std::span<std::byte> half) {
    std::size_t filled = 0;
    while (filled < half.size() && !ended_) {
      const std::size_t more = co_await from_.read_some(half.subspan(filled));
      filled += more;
      ended_ = more == 0;
    }
    co_return filled;
  }
  task<std::size_t> fill(byte_pipe* half) {
    std::size_t more = 1;
    while (more != 0) more = co_await from_.move_some(*half);
    ended_ = !half->is_full();
    co_return half->size();
  }
  task<> put(std::span<const std::byte> half, std::size_t filled) {
    auto write = [&] { file_.write(half.first(filled)); };
    co_await fs::files().run(write);
    written_ += filled;
  }
  task<> put(byte_pipe* half, std::size_t filled) {
    auto write = [&] { file_.write(*half); };
    co_await fs::files().run(write);
    written_ += filled;
  }
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

 private:
  response& from_;
  fs::atomic_file& file_;
  std::uint64_t written_ = 0;
  bool ended_ = false;
};

/// Writes what is left of the body; gives the size.
task<std::uint64_t> write_body(response& from, fs::atomic_file& file) {
  saved_body body(from, file);
  if (from.is_movable() && from.content_length().value_or(0) > long_body) {
    pipe_pair pipes(pipe_size);
    if (pipes) {
      const auto here = co_await from.next();
      co_await body.put(here, here.size());
      co_await pour(body, pipes.first(), pipes.second());
      co_return body.written();
    }
  }
  std::vector<std::byte> halves(2 * half_size);
  const std::span<std::byte> all(halves);
  co_await pour(body, all.first(half_size), all.last(half_size));
  co_return body.written();
}

/// Writes what is left of the body and gives the file its name; gives the size.
task<std::uint64_t> save_body(response& from, std::optional<fs::atomic_file>& file, std::filesystem::path path,
                              fs::atomic_file_options options) {
  auto open = [&] { file.emplace(fs::directory(path.parent_path()), path.filename().string(), options); };
  co_await fs::files().run(open);
  const std::uint64_t written = co_await write_body(from, *file);
  auto commit = [&] { return file->commit(); };
  const auto result = co_await fs::files().run(commit);
  if (result == fs::atomic_file::commit_result::name_taken) throw_errno(EEXIST, "cannot write '" + path.string() + "'");
  co_return written;
}

}  // namespace

task<std::uint64_t> response::save(std::filesystem::path path, fs::atomic_file_options options) {
  if (!path.has_parent_path()) path = "." / path;
  std::optional<fs::atomic_file> file;
  std::exception_ptr failed;
  try {
    co_return co_await save_body(*this, file, std::move(path), options);
  } catch (...) {
    failed = std::current_exception();
  }
  if (file) co_await fs::discard(*file);
  std::rethrow_exception(failed);
}

}  // namespace weft::http
