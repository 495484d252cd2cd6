#include "chat/secure/guard.hpp"

namespace weft::chat_app::secure {
namespace {

constexpr std::size_t max_unknown = 256;

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
  if (unknown_.size() < max_unknown || unknown_.contains(peer)) unknown_[peer] = key;
  return verdict::unknown;
}

std::optional<key_bytes> guard::accept(const endpoint& peer) {
  const auto found = unknown_.find(peer);
  if (found == unknown_.end()) return std::nullopt;
  const auto key = found->second;
  unknown_.erase(found);
  known_.add(name_of(peer), key);
  return key;
}

}  // namespace weft::chat_app::secure
