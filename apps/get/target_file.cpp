#include "get/target_file.hpp"

#include <cerrno>
#include <utility>

#include <weft/base/error.hpp>

#include "get/safe_name.hpp"

namespace weft::get_app {
namespace {

fs::atomic_file_options options_of(const planned_name& name) {
  fs::atomic_file_options options;
  const bool replace = name.decision == planned_name::verdict::replace;
  options.on_existing = replace ? fs::on_existing::replace : fs::on_existing::keep;
  return options;
}

}  // namespace

target_file::target_file(target where)
    : name_(std::move(where.name)),
      on_conflict_(where.on_conflict),
      file_(std::move(where.folder), name_.name, options_of(name_)) {}

std::string target_file::commit() {
  for (std::size_t number = 1; file_.commit() == fs::atomic_file::commit_result::name_taken; ++number) {
    if (on_conflict_ != conflict_policy::rename) {
      throw_errno(EEXIST, "cannot create '" + (file_.folder().path() / name_.name).string() + "'");
    }
    file_.rename_to(numbered_name(name_.name, number));
  }
  return file_.name();
}

std::string save_file(target where, std::span<const std::byte> bytes) {
  target_file file(std::move(where));
  file.write(bytes);
  return file.commit();
}

}  // namespace weft::get_app
