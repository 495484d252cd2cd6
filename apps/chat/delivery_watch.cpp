#include "chat/delivery_watch.hpp"

#include <algorithm>

namespace weft::chat_app {

delivery_watch::delivery_watch(message_id id, const std::vector<endpoint>& to, proof wanted)
    : id_(id), wanted_(wanted) {
  for (const auto& where : to) fates_.emplace(where, fate::open);
}

void delivery_watch::note(const chat_event& event) {
  if (!event.peer) return;
  const auto entry = fates_.find(*event.peer);
  if (entry == fates_.end()) return;
  if (event.type == event_type::refused) refused_ = true;
  if (event.id != id_ || entry->second == fate::failed) return;
  const auto arrival = wanted_ == proof::sent ? event_type::sent : event_type::delivered;
  if (event.type == arrival) entry->second = fate::arrived;
  if (event.type == event_type::failed) entry->second = fate::failed;
}

void delivery_watch::unite(const endpoint& gone, const endpoint& kept) {
  auto entry = fates_.extract(gone);
  if (entry.empty() || fates_.contains(kept)) return;
  entry.key() = kept;
  fates_.insert(std::move(entry));
}

bool delivery_watch::has_arrived() const {
  return std::ranges::all_of(fates_, [](const auto& entry) { return entry.second == fate::arrived; });
}

bool delivery_watch::has_failed() const {
  return std::ranges::any_of(fates_, [](const auto& entry) { return entry.second == fate::failed; });
}

}  // namespace weft::chat_app
