#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/fs/atomic_folder.hpp>

#include "chat/ipmsg/folder_stream.hpp"

namespace weft::chat_app {

/// Where a folder that a stranger sends is stored: what is made is made in it, through its descriptor, and is new.
///
/// Threads: any, one at a time. Blocking: yes.
/// Errors:  boost::system::system_error of the file system, also for a name that comes twice; std::runtime_error for a
///          stream that is no folder or more than the limits. Only discard() makes sense then.
class folder_target {
 public:
  folder_target(fs::directory parent, std::string name, ipmsg::folder_limits limits);
  folder_target(const folder_target&) = delete;
  folder_target& operator=(const folder_target&) = delete;
  ~folder_target();

  /// Stores what the next bytes of the stream say; gives whether the folder is complete.
  bool store(std::string_view bytes);
  /// Lets it appear, as "name" or, where that is taken, as "name.1" and so on; gives the name.
  std::string commit();
  /// Removes all of it, unless it has appeared.
  void discard() noexcept;

  const ipmsg::folder_totals& totals() const { return reader_.totals(); }

 private:
  void perform(const ipmsg::folder_reader::step& step);
  const fs::directory& here() const;
  void open_file(const std::string& name);
  void write(std::string_view bytes) const;
  void close_file();

  ipmsg::folder_reader reader_;
  fs::atomic_folder folder_;
  std::vector<fs::directory> way_;  // from folder_ to where the stream is
  int file_ = -1;
};

}  // namespace weft::chat_app
