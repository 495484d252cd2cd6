#include <weft/core/loop_team.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft::detail {

void loop_team::enter(std::size_t index, std::shared_ptr<mailbox> mail) {
  const std::lock_guard guard(mutex_);
  members_[index].mail = std::move(mail);
}

const std::shared_ptr<mailbox>& loop_team::mailbox_of(std::size_t index) const {
  if (index >= members_.size()) {
    throw std::out_of_range("there is no loop " + std::to_string(index) + ", only " + std::to_string(members_.size()));
  }
  return members_[index].mail;
}

// The mailboxes stay what they are once all have entered.
bool loop_team::has(const mailbox& mail) const noexcept {
  return std::ranges::any_of(members_, [&](const member& m) { return m.mail.get() == &mail; });
}

bool loop_team::begin_idle(std::size_t index) {
  const std::lock_guard guard(mutex_);
  members_[index].idle = true;
  const bool all = std::ranges::all_of(members_, [](const member& m) { return m.idle && m.mail->is_empty(); });
  if (all && index != 0) members_.front().mail->wake_loop();
  return all && index == 0;
}

void loop_team::end_idle(std::size_t index) noexcept {
  const std::lock_guard guard(mutex_);
  members_[index].idle = false;
}

}  // namespace weft::detail
