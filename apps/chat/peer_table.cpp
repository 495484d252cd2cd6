#include "chat/peer_table.hpp"

#include <algorithm>
#include <utility>

namespace weft::chat_app {

peer* peer_table::find(const endpoint& where) {
  const auto found = std::ranges::find_if(peers_, [&](const peer& one) {
    return one.where == where || std::ranges::find(one.also, where) != one.also.end();
  });
  return found == peers_.end() ? nullptr : &*found;
}

void peer_table::unite(const endpoint& gone, const endpoint& kept) {
  auto* from = find(gone);
  auto* into = find(kept);
  if (from == nullptr || into == nullptr || from == into) return;
  into->also.push_back(from->where);
  into->also.insert(into->also.end(), from->also.begin(), from->also.end());
  into->received += from->received;
  into->sent = std::max(into->sent, from->sent);
  if (into->nick.empty()) into->nick = from->nick;
  const bool has_kept = std::ranges::find(chosen_, into->where) != chosen_.end();
  if (has_kept) std::erase(chosen_, from->where);
  std::ranges::replace(chosen_, from->where, into->where);
  if (!from->is_named) --strangers_;
  std::erase_if(peers_, [from](const peer& one) { return &one == from; });
}

peer& peer_table::add(const endpoint& where, std::string nick) {
  auto* known = find(where);
  if (known == nullptr) {
    known = &peers_.emplace_back(peer{.where = where});
  } else if (!known->is_named) {
    --strangers_;
  }
  known->is_named = true;
  if (!nick.empty()) known->nick = std::move(nick);
  return *known;
}

peer* peer_table::heard(const endpoint& where) {
  auto* known = find(where);
  if (known == nullptr) {
    if (strangers_ >= max_strangers && !forget_stranger()) return nullptr;
    ++strangers_;
    known = &peers_.emplace_back(peer{.where = where});
  }
  known->heard = ++last_heard_;
  return known;
}

bool peer_table::forget_stranger() {
  auto oldest = peers_.end();
  for (auto one = peers_.begin(); one != peers_.end(); ++one) {
    if (one->is_named || std::ranges::find(chosen_, one->where) != chosen_.end()) continue;
    if (oldest == peers_.end() || one->heard < oldest->heard) oldest = one;
  }
  if (oldest == peers_.end()) return false;
  peers_.erase(oldest);
  --strangers_;
  return true;
}

peer* peer_table::find(std::string_view name) {
  if (name.empty()) return nullptr;
  std::vector<peer*> called;
  std::vector<peer*> begins;
  for (auto& one : peers_) {
    const auto address = to_text(one.where);
    if (address == name || std::ranges::find(one.also, name, to_text) != one.also.end()) return &one;
    if (one.nick == name) called.push_back(&one);
    if (one.nick.starts_with(name) || address.starts_with(name)) begins.push_back(&one);
  }
  // Anyone can take anyone's nick.
  if (called.size() > 1) std::erase_if(called, [](const peer* one) { return !one->is_named; });
  if (called.empty()) called = std::move(begins);
  return called.size() == 1 ? called.front() : nullptr;
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

}  // namespace weft::chat_app
