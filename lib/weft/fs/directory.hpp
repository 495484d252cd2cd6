#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace weft::fs {

/// What a name in a folder stands for.
enum class entry_kind { file, folder, symbolic_link, special };

/// An open folder: names in it are looked up without walking its path again, and stay right when the folder is moved.
///
/// Ownership: copies share one descriptor. Threads: any. Errors: boost::system::system_error, naming the path.
/// Blocking:  its functions call the file system; on a loop's thread, run them through files().
class directory {
 public:
  /// Opens the folder, which must exist.
  explicit directory(const std::filesystem::path& path);

  /// The folder `path` below this one, which must exist. No symbolic link on the way is followed, and nothing outside of
  /// this folder is reached, whatever happens to it meanwhile (openat2, RESOLVE_BENEATH). "" and ".": this folder. May be
  /// longer than what the kernel takes at a time.
  [[nodiscard]] directory open_below(const std::filesystem::path& path) const;
  /// Makes the folder `name` with these permissions, less the umask, unless it is there; gives whether it was made.
  bool make_folder(const std::string& name, unsigned mode) const;

  /// The descriptor, for openat() and its like; open as long as a copy of this is.
  [[nodiscard]] int descriptor() const noexcept { return *descriptor_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// What stands under `name`, not following a symbolic link; nullopt when nothing does.
  [[nodiscard]] std::optional<entry_kind> find(const std::string& name) const;
  /// Makes what happened to its names last through a power cut: fsync(2).
  void sync() const;

 private:
  directory(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  std::shared_ptr<const int> descriptor_;
};

}  // namespace weft::fs
