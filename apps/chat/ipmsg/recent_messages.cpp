#include "chat/ipmsg/recent_messages.hpp"

#include <algorithm>
#include <chrono>
#include <functional>

namespace weft::chat_app::ipmsg {
namespace {

constexpr std::size_t kept = 64;
constexpr duration remembered = std::chrono::seconds(60);

}  // namespace

bool recent_messages::is_first(std::uint32_t number, std::string_view text, time_point now) {
  while (!seen_.empty() && now - seen_.front().at > remembered) seen_.pop_front();
  highest_ = std::max(highest_, number);
  const auto hash = std::hash<std::string_view>()(text);
  const bool is_known =
      std::ranges::any_of(seen_, [&](const seen& one) { return one.number == number && one.hash == hash; });
  if (is_known) return false;
  seen_.push_back({number, hash, now});
  if (seen_.size() > kept) seen_.pop_front();
  return true;
}

void recent_messages::enter(std::uint32_t number) {
  if (number < highest_) seen_.clear();
  highest_ = number;
}

}  // namespace weft::chat_app::ipmsg
