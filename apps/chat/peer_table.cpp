#include "chat/peer_table.hpp"

#include <algorithm>
#include <utility>

namespace weft::chat_app {

peer* peer_table::find(const endpoint& where) {
  const auto found = std::ranges::find(peers_, where, &peer::where);
  return found == peers_.end() ? nullptr : &*found;
}

peer& peer_table::add(const endpoint& where, std::string nick) {
  auto* known = find(where);
  if (known == nullptr) known = &peers_.emplace_back(peer{.where = where});
  known->is_named = true;
  if (!nick.empty()) known->nick = std::move(nick);
  return *known;
}

peer* peer_table::heard(const endpoint& where) {
  if (auto* known = find(where)) return known;
  if (strangers_ >= max_strangers) return nullptr;
  ++strangers_;
  return &peers_.emplace_back(peer{.where = where});
}

peer* peer_table::find(std::string_view name) {
  if (name.empty()) return nullptr;
  peer* begins = nullptr;
  std::size_t beginnings = 0;
  for (auto& one : peers_) {
    const auto address = to_text(one.where);
    if (one.nick == name || address == name) return &one;
    if (!one.nick.starts_with(name) && !address.starts_with(name)) continue;
    begins = &one;
    ++beginnings;
  }
  return beginnings == 1 ? begins : nullptr;
}

std::vector<endpoint> peer_table::targets() const {
  if (!chosen_.empty()) return chosen_;
  std::vector<endpoint> all;
  for (const auto& one : peers_) {
    if (one.is_named) all.push_back(one.where);
  }
  return all;
}

void peer_table::choose(const std::vector<endpoint>& chosen) { chosen_ = chosen; }

std::string peer_table::nick_of(const endpoint& where) const {
  const auto found = std::ranges::find(peers_, where, &peer::where);
  return found == peers_.end() ? std::string() : found->nick;
}

}  // namespace weft::chat_app
