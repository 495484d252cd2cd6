#include <weft/http/response.hpp>

#include <weft/base/error.hpp>
#include <weft/fs/directory.hpp>
#include <weft/fs/files.hpp>

#include <cerrno>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace weft::http {
namespace {

/// Bytes collected before they are given to the thread that writes.
constexpr std::size_t block_size = 256 * 1024;

/// Writes what is left of the body and gives the file its name; gives the size.
task<std::uint64_t> save_body(response& from, std::optional<fs::atomic_file>& file, std::filesystem::path path,
                              fs::atomic_file_options options) {
  auto open = [&] { file.emplace(fs::directory(path.parent_path()), path.filename().string(), options); };
  co_await fs::files().run(open);

  std::uint64_t written = 0;
  std::vector<std::byte> block(block_size);
  for (bool ended = false; !ended;) {
    std::size_t filled = 0;
    while (filled < block.size() && !ended) {
      const std::size_t more = co_await from.read_some(std::span(block).subspan(filled));
      filled += more;
      ended = more == 0;
    }
    auto write = [&] { file->write(std::span(block).first(filled)); };
    co_await fs::files().run(write);
    written += filled;
  }

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
