#include "chat/folder_target.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <weft/base/error.hpp>

#include "chat/visible_text.hpp"

namespace weft::chat_app {

folder_target::folder_target(fs::directory parent, std::string name, ipmsg::folder_limits limits)
    : reader_(limits), folder_(std::move(parent), std::move(name)) {}

folder_target::~folder_target() {
  if (file_ >= 0) ::close(file_);
}

const fs::directory& folder_target::here() const { return way_.empty() ? folder_.contents() : way_.back(); }

bool folder_target::store(std::string_view bytes) {
  for (;;) {
    const auto step = reader_.next(bytes);
    if (step.what == ipmsg::folder_reader::step::kind::more) return false;
    perform(step);
    if (step.what == ipmsg::folder_reader::step::kind::end) return true;
  }
}

void folder_target::perform(const ipmsg::folder_reader::step& step) {
  using kind = ipmsg::folder_reader::step::kind;
  if (step.what == kind::data) return write(step.bytes);
  close_file();
  if (step.what == kind::file) open_file(step.name);
  if (step.what == kind::leave) way_.pop_back();
  if (step.what != kind::enter) return;
  if (!here().make_folder(step.name, 0777)) throw_errno(EEXIST, "cannot make folder " + in_quotes(step.name));
  way_.push_back(here().open_below(step.name));
}

void folder_target::open_file(const std::string& name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_ = ::openat(here().descriptor(), name.c_str(), flags, 0666);
  if (file_ < 0) throw_errno(errno, "cannot make " + in_quotes(name));
}

void folder_target::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto size = ::write(file_, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw_errno(errno, "cannot write " + in_quotes(folder_.name()));
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void folder_target::close_file() {
  if (file_ < 0) return;
  if (::close(std::exchange(file_, -1)) != 0 && errno != EINTR)
    throw_errno(errno, "cannot write " + in_quotes(folder_.name()));
}

std::string folder_target::commit() {
  const auto wanted = folder_.name();
  for (int number = 1; folder_.commit() != fs::atomic_folder::commit_result::done; ++number) {
    folder_.rename_to(wanted + "." + std::to_string(number));
  }
  return folder_.name();
}

void folder_target::discard() noexcept {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  way_.clear();
  folder_.discard();
}

}  // namespace weft::chat_app
