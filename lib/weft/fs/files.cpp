#include <weft/fs/files.hpp>

#include <weft/base/error.hpp>
#include <weft/core/shield.hpp>

#include <cerrno>

namespace weft::fs {

offload& files() {
  // Never destroyed: tasks may use it until the process ends. Two threads: one can wait for the disk while the other
  // works.
  static auto* threads = new offload(offload_options{"weft-files", 2});
  return *threads;
}

task<> write_file(std::filesystem::path path, std::span<const std::byte> bytes, atomic_file_options options) {
  if (!path.has_filename()) throw_errno(EISDIR, "cannot write '" + path.string() + "'");
  auto write = [&] {
    atomic_file file(directory(path.parent_path()), path.filename().string(), options);
    file.write(bytes);
    if (file.commit() == atomic_file::commit_result::name_taken)
      throw_errno(EEXIST, "cannot write '" + path.string() + "'");
  };
  co_await files().run(std::move(write));
}

task<> discard(atomic_file& file) {
  auto remove = [&file]() -> task<> {
    auto call = [&file] { file.discard(); };
    co_await files().run(call);
  };
  // A call that has begun is waited for in any case: a budget would not make this any shorter.
  co_await shield(duration::max(), remove);
}

}  // namespace weft::fs
