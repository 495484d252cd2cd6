#include "chat/secure/guard.hpp"

#include <algorithm>

namespace weft::chat_app::secure {
namespace {

constexpr std::size_t max_unknown = 256;
constexpr std::size_t max_keys_each = 8;

}  // namespace

std::string guard::name_of(const endpoint& peer) const {
  const auto named = names_.find(peer);
  return named == names_.end() ? to_text(peer) : named->second;
}

verdict guard::judge(const endpoint& peer, const key_bytes& key) {
  const auto name = name_of(peer);
  if (const auto expected = known_.find(name)) return *expected == key ? verdict::accepted : verdict::changed;
  if (!names_.contains(peer) && known_.has_key(key)) return verdict::accepted;
  if (rule_ == acceptance::all) {
    // Strangers are accepted as they come, and not kept: they would fill the file.
    if (names_.contains(peer)) known_.add(name, key);
    return verdict::accepted;
  }
  remember(peer, key);
  return verdict::unknown;
}

void guard::remember(const endpoint& peer, const key_bytes& key) {
  if (unknown_.size() >= max_unknown && !unknown_.contains(peer)) return;
  auto& keys = unknown_[peer];
  if (std::ranges::find(keys, key) != keys.end()) return;
  if (keys.size() >= max_keys_each) keys.erase(keys.begin());
  keys.push_back(key);
}

std::vector<key_bytes> guard::waiting(const endpoint& peer) const {
  const auto found = unknown_.find(peer);
  return found == unknown_.end() ? std::vector<key_bytes>() : found->second;
}

void guard::accept(const endpoint& peer, const key_bytes& key) {
  known_.add(name_of(peer), key);
  unknown_.erase(peer);
}

}  // namespace weft::chat_app::secure
