#include "copy/walker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>

#include <boost/system/system_error.hpp>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/fs/copy.hpp>
#include <weft/fs/temporaries.hpp>

#include "common/display_text.hpp"

namespace weft::copy_app {
namespace {

using fs::directory;

constexpr std::size_t most_files = 64;
constexpr std::uint64_t most_bytes = std::uint64_t{4} * 1024 * 1024;
constexpr int entries_at_a_time = 512;
/// Each level of folders takes three descriptors.
constexpr std::size_t deepest = 1024;

std::string message_of(const std::exception& error) { return app::plain_message(error.what()); }

/// The last name of a path; nothing for "/" and what ends in "." or "..", of which only the contents can be copied.
std::string last_name(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  if (end == std::string::npos) return {};
  const auto slash = path.find_last_of('/', end);
  const auto begin = slash == std::string::npos ? 0 : slash + 1;
  std::string last = path.substr(begin, end + 1 - begin);
  return last == "." || last == ".." ? std::string() : last;
}

std::string folder_of(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  const auto slash = end == std::string::npos ? 0 : path.find_last_of('/', end);
  if (end == std::string::npos) return "/";
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_folder(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

/// Whether `folder` is `outer`, or below it.
bool is_inside(const directory& folder, const file_identity& outer) {
  int at = ::openat(folder.descriptor(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  file_identity last{};
  for (;;) {
    struct stat found{};
    if (at < 0 || ::fstat(at, &found) != 0) break;
    if (identity_of(found) == outer || identity_of(found) == last) break;
    last = identity_of(found);
    const int up = ::openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    ::close(at);
    at = up;
  }
  struct stat found{};
  const bool is_it = at >= 0 && ::fstat(at, &found) == 0 && identity_of(found) == outer;
  if (at >= 0) ::close(at);
  return is_it;
}

root_folder root_of(const std::string& path, const directory& opened) {
  const struct stat info = look_at(opened);
  return {path, info.st_dev, info.st_ino};
}

const char* kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

walker::walker(const config& settings)
    : config_(settings), excluded_(settings.excluded), target_is_folder_(is_folder(settings.target)) {
  if (settings.sources.size() > 1 && !target_is_folder_)
    throw_errno(ENOTDIR, "cannot copy several things to '" + settings.target + "'");
}

findings walker::next() {
  findings out;
  for (int budget = entries_at_a_time; budget > 0 && out.jobs.empty(); --budget) {
    if (!levels_.empty()) {
      step(out);
    } else if (next_source_ < config_.sources.size()) {
      begin_source(config_.sources[next_source_++], out);
    } else {
      flush(out);
      out.is_end = true;
      break;
    }
  }
  return out;
}

void walker::begin_source(const std::string& source, findings& out) {
  struct stat info{};
  const std::string name = last_name(source);
  const bool fills_target = target_is_folder_ && !name.empty();
  const bool is_link_to_folder = source.ends_with('/');
  const std::string parent =
      fills_target || (target_is_folder_ && name.empty()) ? config_.target : folder_of(config_.target);
  const std::string target_name = fills_target ? name : target_is_folder_ ? std::string() : last_name(config_.target);
  try {
    if (::fstatat(AT_FDCWD, source.c_str(), &info, is_link_to_folder ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
      throw_errno(errno, "cannot copy it");
    if (fills_target && !operands_.try_emplace(name, source).second)
      throw_errno(EEXIST, "it would take the place of '" + operands_.at(name) + "'");
    if (S_ISDIR(info.st_mode)) {
      begin_folder(source, parent, target_name, out);
    } else {
      begin_file(source, parent, target_name, out);
    }
  } catch (const std::exception& error) {
    out.reports.push_back({entry_status::failed, source, join_path(parent, target_name), 0, message_of(error), {}, {}});
  }
}

void walker::begin_folder(const std::string& source, const std::string& target_parent, const std::string& name,
                          findings& out) {
  directory from(source);
  const file_identity identity = identity_of(look_at(from));
  directory parent(target_parent);
  if (is_inside(parent, identity)) throw_errno(EINVAL, "cannot copy a folder into itself");
  if (config_.rules.sync) parents_.insert_or_assign(target_parent, parent);
  std::optional<directory> to;
  bool is_new = false;
  if (name.empty()) {
    to = parent;
  } else if (!config_.dry_run || parent.find(name) == fs::entry_kind::folder) {
    is_new = !config_.dry_run && parent.make_folder(name, 0700);
    to = parent.open_below(name);
    if (!is_new && !config_.dry_run) fs::remove_abandoned_temporaries(*to);
  }
  if (to && identity_of(look_at(*to)) == identity) throw_errno(EINVAL, "it would be copied onto itself");
  auto of = std::make_shared<tree>(tree{source, join_path(target_parent, name), from, to});
  enter(of, std::move(from), std::move(to), {}, is_new, out);
}

void walker::begin_file(const std::string& source, const std::string& target_parent, const std::string& name,
                        findings& out) {
  const std::string folder = folder_of(source);
  auto of = std::make_shared<tree>(tree{folder, target_parent, directory(folder), directory(target_parent)});
  const std::string own_name = last_name(source);
  if (name.empty()) throw_errno(ENOTDIR, "a file is not copied to a path without a name");
  if (!target_is_folder_ && config_.target.ends_with('/'))
    throw_errno(ENOTDIR, "there is no folder '" + config_.target + "'");
  if (config_.rules.sync) parents_.insert_or_assign(target_parent, *of->target);
  struct stat info{};
  if (::fstatat(of->source.descriptor(), own_name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno(errno, "cannot copy it");
  level at{of, of->source, of->target, {}, nullptr, look_at(of->source), false, 0, 0};
  visit_entry(at, own_name, name, info, out);
}

void walker::enter(const std::shared_ptr<tree>& of, directory source, std::optional<directory> target, std::string path,
                   bool is_new, findings& out) {
  // Opened anew, as reading moves the position that copies of a descriptor share.
  const int opened = ::openat(source.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<DIR, folder_closer> entries(opened < 0 ? nullptr : ::fdopendir(opened));
  if (!entries) {
    out.reports.push_back(of->report(
        entry_status::failed, path, path,
        "cannot read the folder: " + boost::system::error_code(errno, boost::system::system_category()).message()));
    if (opened >= 0) ::close(opened);
    return;
  }
  const struct stat info = look_at(source);
  levels_.push_back(
      {of, std::move(source), std::move(target), std::move(path), std::move(entries), info, is_new, 0, 0});
}

void walker::step(findings& out) {
  level& at = levels_.back();
  errno = 0;
  const dirent* entry = ::readdir(at.entries.get());  // NOLINT(concurrency-mt-unsafe): a stream of its own
  if (entry == nullptr) {
    if (errno != 0)
      out.reports.push_back(
          at.of->report(entry_status::failed, at.path, at.path,
                        "cannot read all of the folder: " +
                            boost::system::error_code(errno, boost::system::system_category()).message()));
    if (at.target && !config_.dry_run) folders_.push_back({at.of, at.path, at.info});
    levels_.pop_back();
    return;
  }
  const std::string name = entry->d_name;
  if (name == "." || name == "..") return;
  try {
    visit(at, name, out);
  } catch (const std::exception& error) {
    // visit_folder() may have entered one that `at` is not any more.
    const auto& of = levels_.empty() ? at : levels_.back();
    const std::string path = join_path(of.path, name);
    out.reports.push_back(of.of->report(entry_status::failed, path, path, message_of(error)));
  }
}

void walker::visit(level& at, const std::string& name, findings& out) {
  struct stat info{};
  const std::string path = join_path(at.path, name);
  if (::fstatat(at.source.descriptor(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno(errno, "cannot look at it");
  if (excluded_.matches(path, name, S_ISDIR(info.st_mode))) return;
  if (S_ISDIR(info.st_mode)) {
    visit_folder(at, name, path, out);
  } else {
    visit_entry(at, name, name, info, out);
  }
}

void walker::visit_folder(level& at, const std::string& name, const std::string& path, findings& out) {
  if (levels_.size() >= deepest) throw_errno(ELOOP, "folders are nested too deep");
  directory source = at.source.open_below(name);
  const auto of = at.of;
  std::optional<directory> target;
  bool is_new = false;
  if (at.target && (!config_.dry_run || at.target->find(name) == fs::entry_kind::folder)) {
    is_new = !config_.dry_run && at.target->make_folder(name, 0700);
    if (!is_new && at.target->find(name) != fs::entry_kind::folder)
      throw_errno(ENOTDIR, "there is something else than a folder in its place");
    target = at.target->open_below(name);
    if (!is_new && !config_.dry_run) fs::remove_abandoned_temporaries(*target);
  }
  enter(of, std::move(source), std::move(target), path, is_new, out);
}

void walker::visit_entry(level& at, const std::string& name, const std::string& target_name, const struct stat& info,
                         findings& out) {
  const std::string path = join_path(at.path, name);
  const std::string target_path = join_path(at.path, target_name);
  const bool is_special = !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode);
  if (is_special && !config_.specials) {
    out.reports.push_back(at.of->report(entry_status::failed, path, target_path,
                                        std::string("it is ") + kind_of(info.st_mode) + " (see --specials)"));
    return;
  }
  if (config_.dry_run) {
    out.reports.push_back(at.of->report(entry_status::planned, path, target_path));
    out.reports.back().bytes = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
    return;
  }
  if (S_ISREG(info.st_mode)) return add_file(at, name, target_name, info, out);
  bool is_new = true;
  std::vector<std::string> lost;
  if (S_ISLNK(info.st_mode)) {
    is_new = copy_link(at.source, *at.target, name, target_name, info, config_.rules.owner, lost);
  } else {
    copy_special(*at.target, target_name, info, config_.rules.owner, lost);
  }
  out.reports.push_back(at.of->report(is_new ? entry_status::copied : entry_status::up_to_date, path, target_path));
  out.reports.back().lost = std::move(lost);
}

void walker::add_file(level& at, const std::string& name, const std::string& target_name, const struct stat& info,
                      findings& out) {
  if (info.st_nlink > 1) {
    const place here{at.of, at.path, name, target_name};
    const auto [first, is_first] = first_names_.try_emplace(identity_of(info), here);
    if (!is_first) {
      second_names_.push_back({first->second, here});
      return;
    }
  }
  add_to_job(at.of, {at.path, at.is_new}, at.folder, at.job_number, {0, name, target_name, info.st_nlink > 1},
             static_cast<std::uint64_t>(info.st_size), out);
}

void walker::add_to_job(const std::shared_ptr<tree>& of, const folder_entry& folder, std::uint32_t& index,
                        std::uint64_t& number, file_entry file, std::uint64_t size, findings& out) {
  if (of != job_tree_) {
    flush(out);
    job_tree_ = of;
    job_.source = root_of(of->source_path, of->source);
    job_.target = root_of(of->target_path, *of->target);
    job_.rules = config_.rules;
  }
  if (number != job_number_) {
    number = job_number_;
    index = static_cast<std::uint32_t>(job_.folders.size());
    job_.folders.push_back(folder);
  }
  file.folder = index;
  job_.files.push_back(std::move(file));
  job_bytes_ += size;
  ++out.files;
  out.bytes += size;
  if (job_.files.size() >= most_files || job_bytes_ >= most_bytes) flush(out);
}

void walker::flush(findings& out) {
  if (job_.files.empty()) return;
  ++job_number_;
  job_bytes_ = 0;
  copy_job next{job_.source, job_.target, {}, {}, job_.rules};
  out.jobs.push_back(std::exchange(job_, std::move(next)));
}

void walker::note_failed(const std::string& target) { failed_.insert(target); }

findings walker::link_some() {
  findings out;
  std::uint64_t number = 0;
  std::uint32_t index = 0;
  for (int budget = entries_at_a_time; budget > 0 && linked_ < second_names_.size(); --budget, ++linked_) {
    const auto& [first, here] = second_names_[linked_];
    const std::string path = join_path(here.folder, here.name);
    const std::string target_path = join_path(here.folder, here.target_name);
    const auto copy = [&] {
      number = 0;
      add_to_job(here.of, {here.folder, false}, index, number, {0, here.name, here.target_name, false}, 0, out);
    };
    // What stands there is not the copy that it would become another name of.
    const std::string first_path = join_path(first.folder, first.target_name);
    if (!failed_.empty() && failed_.contains(join_path(first.of->target_path, first_path))) {
      copy();
      continue;
    }
    try {
      const directory first_folder = first.of->target->open_below(first.folder);
      const directory folder = here.of->target->open_below(here.folder);
      const bool is_new = make_hard_link(first_folder, first.target_name, folder, here.target_name);
      out.reports.push_back(
          here.of->report(is_new ? entry_status::linked : entry_status::up_to_date, path, target_path));
    } catch (const boost::system::system_error& error) {
      const auto code = error.code();
      const bool has_no_links =
          code == boost::system::errc::operation_not_permitted || code == boost::system::errc::too_many_links ||
          code == boost::system::errc::cross_device_link || code == boost::system::errc::operation_not_supported;
      if (has_no_links) {
        copy();
      } else {
        out.reports.push_back(here.of->report(entry_status::failed, path, target_path, message_of(error)));
      }
    }
  }
  flush(out);
  out.is_end = linked_ == second_names_.size();
  return out;
}

findings walker::finish_some() {
  findings out;
  const fs::kept_attributes kept{.owner = config_.rules.owner};
  for (int budget = entries_at_a_time; budget > 0 && finished_ < folders_.size(); --budget, ++finished_) {
    const auto& [of, path, info] = folders_[finished_];
    try {
      const directory source = of->source.open_below(path);
      const directory target = of->target->open_below(path);
      out.lost += fs::copy_attributes(source.descriptor(), target.descriptor(), info, kept).size();
      if (config_.rules.sync) target.sync();
    } catch (const std::exception& error) {
      out.reports.push_back(of->report(entry_status::failed, path, path, message_of(error)));
    }
  }
  out.is_end = finished_ == folders_.size();
  if (out.is_end) sync_parents(out);
  return out;
}

/// The names of what the command line names are in folders that are no part of the copy.
void walker::sync_parents(findings& out) {
  for (const auto& [path, folder] : parents_) {
    try {
      folder.sync();
    } catch (const std::exception& error) {
      out.reports.push_back({entry_status::failed, path, path, 0, message_of(error), {}, {}});
    }
  }
}

}  // namespace weft::copy_app
