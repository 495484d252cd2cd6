#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "chat/ipmsg/folder_stream.hpp"

namespace weft::chat_app {

/// Walks a folder of this machine: its regular files and folders; all else that is in it, symbolic links above all, is
/// left out.
///
/// Threads: any, one at a time. Blocking: yes.
/// Errors:  boost::system::system_error for what cannot be opened or read, naming where it is; std::runtime_error for a
///          folder that is deeper or has more entries than a peer takes.
class folder_walk {
 public:
  explicit folder_walk(const std::string& path);
  folder_walk(const folder_walk&) = delete;
  folder_walk& operator=(const folder_walk&) = delete;
  ~folder_walk();

  using entry = ipmsg::folder_entry;
  /// First the folder itself, last that it is left; then it is done.
  entry next();
  bool is_done() const { return has_begun_ && folders_.empty(); }
  /// Up to `most` bytes of the file that next() has just given, from where it was last read; nothing at its end.
  std::string read(std::size_t most) const;

 private:
  struct folder_closer {
    void operator()(DIR* open) const noexcept { ::closedir(open); }
  };

  int top() const { return folders_.back().descriptor; }
  std::string place_of(const std::string& name) const;
  void enter(int descriptor, const std::string& name);
  bool open_entry(const char* name, entry& found);
  void close_file();

  struct open_folder {
    int descriptor;
    std::unique_ptr<DIR, folder_closer> entries;
    std::string name;
  };

  ipmsg::folder_limits limits_;
  std::string name_;
  std::vector<open_folder> folders_;
  std::size_t entries_ = 0;
  int file_ = -1;
  bool has_begun_ = false;
};

/// What a folder holds, counted in pieces so that a large one can be given up.
///
/// Threads, blocking, errors: those of folder_walk.
class folder_count {
 public:
  explicit folder_count(const std::string& path) : walk_(path) {}

  /// Goes on for a while; gives whether it is done.
  bool go_on();
  const ipmsg::folder_totals& totals() const { return totals_; }

 private:
  folder_walk walk_;
  ipmsg::folder_totals totals_;
};

/// A folder as the stream that IP Messenger has for it.
///
/// Threads, blocking: those of folder_walk. Errors: those too; a file that has become shorter than was said of it is one.
class folder_source {
 public:
  explicit folder_source(const std::string& path) : walk_(path) {}

  /// The next bytes; nothing at the end.
  std::string next_piece();
  /// What was begun so far.
  const ipmsg::folder_totals& totals() const { return totals_; }

 private:
  folder_walk walk_;
  ipmsg::folder_totals totals_;
  std::string name_;           // of the file
  std::uint64_t missing_ = 0;  // of the file
};

/// The name that a path gives to what it leads to, also where it ends in a slash or dots; empty for the root.
std::string name_of_path(const std::string& path);

}  // namespace weft::chat_app
