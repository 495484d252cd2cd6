#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "copy/config.hpp"
#include "copy/exclusion.hpp"
#include "copy/tree.hpp"

namespace weft::copy_app {

/// What a walk came upon: files to copy, and what it did or could not do itself.
struct findings {
  std::vector<copy_job> jobs;
  std::vector<entry_report> reports;
  std::uint64_t files = 0;  ///< in the jobs
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;  ///< attributes of folders that the target cannot hold
  bool is_end = false;
};

/// Walks through the sources, folder by folder, always below folders that it holds open, and follows no symbolic link.
/// Makes the folders of the target and the links in them; what files are to be copied it leaves to others. Then, behind
/// those: hard links, and the attributes of folders.
///
/// Threads:  one at a time. Blocking: every function.
/// Errors:   what concerns an entry is a report; boost::system::system_error or app::usage_error when the target is no
///           place to copy to.
/// Cost:     memory for the folders, and for the files with several names; not for the others.
class walker {
 public:
  explicit walker(const config& settings);
  walker(const walker&) = delete;
  walker& operator=(const walker&) = delete;

  /// Some more of the sources.
  findings next();
  /// A file with several names was not copied to `target`.
  void note_failed(const std::string& target);
  /// Some more of the hard links, when the files have been copied. Jobs: links that the target cannot have.
  findings link_some();
  /// Some more of the folders: gives them their attributes, the innermost first.
  findings finish_some();

 private:
  struct folder_closer {
    void operator()(DIR* open) const noexcept { ::closedir(open); }
  };
  /// A folder that is being read.
  struct level {
    std::shared_ptr<tree> of;
    fs::directory source;
    std::optional<fs::directory> target;
    std::string path;
    std::unique_ptr<DIR, folder_closer> entries;
    struct stat info;
    bool is_new = false;           // the target's
    std::uint64_t job_number = 0;  // of the job that `folder` belongs to
    std::uint32_t folder = 0;
  };
  /// Where a file, or a folder, is to be: below a tree's target.
  struct place {
    std::shared_ptr<tree> of;
    std::string folder;
    std::string name;
    std::string target_name;
  };
  struct second_name {
    place first;
    place here;
  };
  struct made_folder {
    std::shared_ptr<tree> of;
    std::string path;
    struct stat info;
  };

  void begin_source(const std::string& source, findings& out);
  void begin_folder(const std::string& source, const std::string& target_parent, const std::string& name,
                    findings& out);
  void begin_file(const std::string& source, const std::string& target_parent, const std::string& name, findings& out);
  void enter(const std::shared_ptr<tree>& of, fs::directory source, std::optional<fs::directory> target,
             std::string path, bool is_new, findings& out);
  void step(findings& out);
  void visit(level& at, const std::string& name, findings& out);
  void visit_folder(level& at, const std::string& name, const std::string& path, findings& out);
  /// A file, link or special file; target_name differs from name only for an operand.
  void visit_entry(level& at, const std::string& name, const std::string& target_name, const struct stat& info,
                   findings& out);
  void add_file(level& at, const std::string& name, const std::string& target_name, const struct stat& info,
                findings& out);
  void add_to_job(const std::shared_ptr<tree>& of, const folder_entry& folder, std::uint32_t& index,
                  std::uint64_t& number, file_entry file, std::uint64_t size, findings& out);
  void flush(findings& out);
  void sync_parents(findings& out);

  const config& config_;
  exclusion excluded_;
  bool target_is_folder_;
  std::size_t next_source_ = 0;
  std::map<std::string, std::string> operands_;  // by the name they get in the target
  std::vector<level> levels_;
  std::shared_ptr<tree> job_tree_;
  copy_job job_;
  std::uint64_t job_number_ = 1;
  std::uint64_t job_bytes_ = 0;
  std::map<file_identity, place> first_names_;
  std::vector<second_name> second_names_;
  std::set<std::string> failed_;  // of those in first_names_: paths of targets
  std::size_t linked_ = 0;
  std::vector<made_folder> folders_;
  std::size_t finished_ = 0;
  std::map<std::string, fs::directory> parents_;  // that have to be synced
};

}  // namespace weft::copy_app
