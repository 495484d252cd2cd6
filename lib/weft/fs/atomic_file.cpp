#include <weft/fs/atomic_file.hpp>

#include <weft/base/error.hpp>
#include <weft/fs/files.hpp>
#include <weft/fs/rename.hpp>
#include <weft/fs/temporaries.hpp>

#include <cassert>
#include <cerrno>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::fs {

atomic_file::atomic_file(directory folder, std::string name, atomic_file_options options)
    : folder_(std::move(folder)), name_(std::move(name)), options_(options) {
  assert(!name_.empty() && name_.find('/') == std::string::npos);
  open_temporary();
}

atomic_file::atomic_file(atomic_file&& other) noexcept
    : folder_(other.folder_),
      name_(std::move(other.name_)),
      options_(other.options_),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      failed_(other.failed_) {}

atomic_file::~atomic_file() {
  if (descriptor_ < 0 && temporary_.empty()) return;
  try {
    files().post([folder = folder_, temporary = temporary_, descriptor = descriptor_] {
      if (descriptor >= 0) ::close(descriptor);
      if (!temporary.empty()) detail::remove_or_log(folder, temporary);
    });
  } catch (const std::exception&) {
    // No memory or no thread for it: at a destructor's expense, but nothing stays behind.
    discard();
  }
}

void atomic_file::discard() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) detail::remove_or_log(folder_, std::exchange(temporary_, {}));
}

void atomic_file::open_temporary() {
  constexpr int attempts = 16;
  for (int attempt = 1;; ++attempt) {
    std::string candidate = detail::temporary_name(name_);
    descriptor_ = ::openat(folder_.descriptor(), candidate.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, options_.mode);
    if (descriptor_ >= 0) {
      detail::lock_temporary(descriptor_);
      temporary_ = std::move(candidate);
      return;
    }
    if (errno == EINTR) continue;
    if (errno != EEXIST || attempt == attempts)
      throw_errno(errno, "cannot create '" + (folder_.path() / name_).string() + "'");
  }
}

void atomic_file::fail(int error_number) {
  failed_ = true;
  throw_errno(error_number, "cannot write '" + (folder_.path() / name_).string() + "'");
}

void atomic_file::write(std::span<const std::byte> bytes) {
  assert(descriptor_ >= 0);
  if (failed_) fail(EIO);
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void atomic_file::write(byte_pipe& from) {
  assert(descriptor_ >= 0);
  if (failed_) fail(EIO);
  if (const int error = from.drain_to(descriptor_)) fail(error);
}

void atomic_file::close() {
  if (descriptor_ < 0) return;
  if (options_.durability != durability::none && ::fsync(descriptor_) != 0) fail(errno);
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
}

void atomic_file::refuse_special() const {
  const auto found = folder_.find(name_);
  if (!found || *found == entry_kind::file || *found == entry_kind::symbolic_link) return;
  throw_errno(*found == entry_kind::folder ? EISDIR : EINVAL,
              "cannot replace '" + (folder_.path() / name_).string() + "', which is not a file");
}

atomic_file::commit_result atomic_file::commit() {
  if (failed_) fail(EIO);
  close();
  const bool keep = options_.on_existing == on_existing::keep;
  if (!keep) refuse_special();
  const int error =
      keep ? detail::rename_unless_taken(folder_, temporary_, name_) : detail::rename_over(folder_, temporary_, name_);
  if (keep && error == EEXIST) return commit_result::name_taken;
  if (error != 0) throw_errno(error, "cannot give '" + (folder_.path() / name_).string() + "' its name");
  temporary_.clear();
  if (options_.durability == durability::file_and_folder) folder_.sync();
  return commit_result::done;
}

}  // namespace weft::fs
