#include "copy/job.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <utility>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/fs/atomic_file.hpp>
#include <weft/fs/copy.hpp>
#include <weft/fs/directory.hpp>

#include "common/display_text.hpp"
#include "copy/digest.hpp"

namespace weft::copy_app {
namespace {

using fs::directory;

std::string text_of(int error) { return boost::system::error_code(error, boost::system::system_category()).message(); }

/// A failure of one file.
class file_failure : public std::runtime_error {
 public:
  explicit file_failure(const std::string& what, copy_outcome outcome = copy_outcome::failed)
      : std::runtime_error(what), outcome_(outcome) {}
  file_failure(const std::string& what, int error) : file_failure(what + ": " + text_of(error)) {}
  [[nodiscard]] copy_outcome outcome() const noexcept { return outcome_; }

 private:
  copy_outcome outcome_;
};

struct copy_stopped {};

bool is_same_file(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
bool is_earlier(const timespec& a, const timespec& b) noexcept {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}
bool is_unchanged(const struct stat& before, const struct stat& after) noexcept {
  const auto same = [](const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; };
  return before.st_size == after.st_size && same(before.st_mtim, after.st_mtim) && same(before.st_ctim, after.st_ctim);
}

/// The folder of a job, when it still is what it was; the one that was used last is kept open.
directory open_root(const root_folder& root) {
  directory opened(root.path);
  struct stat found{};
  if (::fstat(opened.descriptor(), &found) != 0) throw_errno(errno, "cannot look at '" + root.path + "'");
  if (found.st_dev != root.device || found.st_ino != root.inode)
    throw file_failure("'" + root.path + "' has become another folder");
  return opened;
}

class open_source {
 public:
  open_source(const directory& folder, const std::string& name)
      : descriptor_(
            ::openat(folder.descriptor(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {
    if (descriptor_ < 0 && errno == ENOENT) throw file_failure("it has vanished", copy_outcome::vanished);
    if (descriptor_ < 0) throw file_failure("cannot open it", errno);
    if (::fstat(descriptor_, &info_) != 0 || !S_ISREG(info_.st_mode)) {
      ::close(descriptor_);
      throw file_failure("it is a regular file no longer");
    }
  }
  open_source(const open_source&) = delete;
  open_source& operator=(const open_source&) = delete;
  ~open_source() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const struct stat& info() const noexcept { return info_; }
  [[nodiscard]] bool has_changed() const {
    struct stat now{};
    return ::fstat(descriptor_, &now) != 0 || !is_unchanged(info_, now);
  }

 private:
  int descriptor_;
  struct stat info_{};
};

class job_runner {
 public:
  job_runner(const copy_job& job, const std::function<void(std::uint64_t)>& copied, const std::function<bool()>& stop)
      : job_(job), stop_(stop), copied_([&](std::uint64_t bytes) {
          if (stop()) throw copy_stopped();
          unsaid_ += bytes;
          // The small ones are told of with the result.
          if (unsaid_ < large) return;
          copied(std::exchange(unsaid_, 0));
        }) {}

  std::vector<file_result> run() {
    std::vector<file_result> results;
    results.reserve(job_.files.size());
    for (const auto& file : job_.files) {
      file_result& result = results.emplace_back();
      if (stop_()) {
        result.error = "the copy was interrupted";
        continue;
      }
      try {
        copy_with_retry(file, result);
      } catch (const file_failure& failure) {
        result.outcome = failure.outcome();
        result.error = failure.what();
      } catch (const copy_stopped&) {
        result.error = "the copy was interrupted";
      } catch (const fs::copy_error& failure) {
        result.error =
            (failure.where == fs::copy_error::side::reading ? "cannot read it: " : "cannot write its copy: ") +
            text_of(failure.error_number);
      } catch (const std::exception& failure) {
        result.error = app::plain_message(failure.what());
      }
    }
    return results;
  }

 private:
  static constexpr std::uint64_t large = std::uint64_t{4} * 1024 * 1024;

  void copy_with_retry(const file_entry& file, file_result& result) {
    enter(file.folder);
    if (copy_one(file, result) || copy_one(file, result)) return;
    throw file_failure("it keeps changing while it is copied");
  }

  void enter(std::uint32_t folder) {
    if (!source_root_) {
      source_root_ = open_root(job_.source);
      target_root_ = open_root(job_.target);
    }
    if (source_ && folder == folder_) return;
    source_.reset();
    source_ = source_root_->open_below(job_.folders.at(folder).path);
    target_ = target_root_->open_below(job_.folders.at(folder).path);
    folder_ = folder;
  }

  /// Gives false when the file has changed meanwhile.
  bool copy_one(const file_entry& file, file_result& result) {
    const open_source source(*source_, file.name);
    if (!is_wanted(source, file, result)) return true;
    auto options = fs::atomic_file_options();
    options.mode = 0600;
    if (job_.folders.at(file.folder).is_new) options.on_existing = fs::on_existing::keep;
    if (job_.rules.sync) options.durability = fs::durability::file;
    fs::atomic_file target(*target_, file.target_name, options);
    const scope_exit drop([&] { target.discard(); });
    result.bytes = fs::copy_contents(source.descriptor(), target.descriptor(), source.info(), copied_);
    result.untold = std::exchange(unsaid_, 0);
    if (source.has_changed()) return false;
    if (job_.rules.verify) verify(source, file, target, result);
    const fs::kept_attributes kept{.owner = job_.rules.owner};
    result.lost = fs::copy_attributes(source.descriptor(), target.descriptor(), source.info(), kept);
    if (target.commit() == fs::atomic_file::commit_result::name_taken)
      throw file_failure("something has taken its place meanwhile");
    result.outcome = copy_outcome::copied;
    return true;
  }

  [[nodiscard]] bool is_wanted(const open_source& source, const file_entry& file, file_result& result) const {
    struct stat there{};
    if (job_.folders.at(file.folder).is_new) return true;
    if (::fstatat(target_->descriptor(), file.target_name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) return true;
    if (S_ISDIR(there.st_mode)) throw file_failure("there is a folder in its place");
    if (is_same_file(there, source.info())) throw file_failure("it would be copied onto itself");
    if (!job_.rules.update || !S_ISREG(there.st_mode) || is_earlier(there.st_mtim, source.info().st_mtim)) return true;
    result.outcome = copy_outcome::up_to_date;
    return false;
  }

  /// The copy is opened anew, to be read as anybody will.
  void verify(const open_source& source, const file_entry& file, const fs::atomic_file& target,
              file_result& result) const {
    const int copy = ::openat(target_->descriptor(), target.temporary().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (copy < 0) throw file_failure("cannot open its copy", errno);
    const scope_exit close_it([copy] { ::close(copy); });
    // What is only in memory would say nothing about the disk.
    if (::fdatasync(copy) == 0) ::posix_fadvise(copy, 0, 0, POSIX_FADV_DONTNEED);
    const auto go_on = [this] {
      if (stop_()) throw copy_stopped();
    };
    result.sha256 = sha256_of(copy, go_on);
    if (result.sha256 != sha256_of(source.descriptor(), go_on))
      throw file_failure("its copy '" + file.target_name + "' differs, and was removed");
  }

  const copy_job& job_;
  const std::function<bool()>& stop_;
  std::function<void(std::uint64_t)> copied_;
  std::uint64_t unsaid_ = 0;
  std::optional<directory> source_root_;
  std::optional<directory> target_root_;
  std::optional<directory> source_;
  std::optional<directory> target_;
  std::uint32_t folder_ = 0;
};

}  // namespace

std::vector<file_result> copy_files(const copy_job& job, const std::function<void(std::uint64_t)>& copied,
                                    const std::function<bool()>& stop) {
  return job_runner(job, copied, stop).run();
}

}  // namespace weft::copy_app
