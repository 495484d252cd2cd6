#include "get/fingerprint_table.hpp"

#include <functional>
#include <utility>

namespace weft::get_app {
namespace {

constexpr std::size_t first_size = 64;

bool is_full(std::size_t used, std::size_t slots) { return (used + 1) * 4 > slots * 3; }

/// Linear probing: the slot that holds `key`, or the free one where it belongs. `slots` has a free one.
std::size_t find_slot(const std::vector<std::uint64_t>& slots, std::uint64_t key) {
  const std::size_t mask = slots.size() - 1;
  std::size_t slot = static_cast<std::size_t>(key) & mask;
  while (slots[slot] != 0 && slots[slot] != key) slot = (slot + 1) & mask;
  return slot;
}

}  // namespace

std::uint64_t fingerprint(std::string_view name) {
  const std::uint64_t hash = std::hash<std::string_view>{}(name);
  return hash == 0 ? 1 : hash;
}

std::size_t fingerprint_set::slot_of(std::uint64_t key) const { return find_slot(slots_, key); }

bool fingerprint_set::contains(std::uint64_t key) const { return !slots_.empty() && slots_[slot_of(key)] == key; }

bool fingerprint_set::insert(std::uint64_t key) {
  if (is_full(size_, slots_.size())) grow();
  auto& slot = slots_[slot_of(key)];
  if (slot == key) return false;
  slot = key;
  ++size_;
  return true;
}

void fingerprint_set::grow() {
  const auto old = std::exchange(slots_, std::vector<std::uint64_t>(slots_.empty() ? first_size : slots_.size() * 2));
  for (const auto key : old) {
    if (key != 0) slots_[slot_of(key)] = key;
  }
}

std::size_t fingerprint_counts::slot_of(std::uint64_t key) const { return find_slot(keys_, key); }

std::uint32_t& fingerprint_counts::operator[](std::uint64_t key) {
  if (is_full(size_, keys_.size())) grow();
  const auto slot = slot_of(key);
  if (keys_[slot] == 0) {
    keys_[slot] = key;
    ++size_;
  }
  return counts_[slot];
}

void fingerprint_counts::grow() {
  const std::size_t slots = keys_.empty() ? first_size : keys_.size() * 2;
  const auto old_keys = std::exchange(keys_, std::vector<std::uint64_t>(slots));
  const auto old_counts = std::exchange(counts_, std::vector<std::uint32_t>(slots));
  for (std::size_t i = 0; i < old_keys.size(); ++i) {
    if (old_keys[i] == 0) continue;
    const auto slot = slot_of(old_keys[i]);
    keys_[slot] = old_keys[i];
    counts_[slot] = old_counts[i];
  }
}

}  // namespace weft::get_app
