#include <weft/mt/loop_ref.hpp>

#include <weft/core/loop_team.hpp>

#include <stdexcept>
#include <string>

namespace weft {

namespace {

const std::shared_ptr<detail::mailbox>& mailbox_of(std::size_t index) {
  const loop& here = this_loop();
  if (const auto* team = here.team()) return team->mailbox_of(index);
  if (index == 0) return here.mailbox();
  throw std::out_of_range("there is no loop " + std::to_string(index) + ", only 1");
}

}  // namespace

loop_ref::loop_ref(std::size_t index) : mail_(mailbox_of(index)), index_(index) {}

std::size_t loop_count() noexcept {
  const auto* team = this_loop().team();
  return team != nullptr ? team->size() : 1;
}

}  // namespace weft
