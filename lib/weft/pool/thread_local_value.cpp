#include <weft/pool/thread_local_value.hpp>

#include <utility>
#include <vector>

namespace weft::detail {

namespace {

/// Never destroyed: values may be static objects.
struct index_pool {
  std::mutex mutex;
  std::vector<std::size_t> free;
  std::size_t places = 0;
  std::uint64_t last_key = 0;
};

index_pool& indices() {
  static auto* the = new index_pool;
  return *the;
}

struct thread_slots {
  thread_slots() = default;
  thread_slots(const thread_slots&) = delete;
  thread_slots& operator=(const thread_slots&) = delete;
  /// The end of a value may ask for another one, of which the thread has none any more.
  ~thread_slots() {
    for (int round = 0; round < most_rounds && !slots.empty(); ++round) {
      for (local_slot& slot : std::exchange(slots, {})) {
        if (const auto owner = slot.owner.lock()) owner->drop(slot.value);
      }
    }
  }

  static constexpr int most_rounds = 4;

  std::vector<local_slot> slots;
};

}  // namespace

local_index take_local_index() {
  const std::lock_guard guard(indices().mutex);
  local_index taken{indices().places, ++indices().last_key};
  if (indices().free.empty()) {
    ++indices().places;
    indices().free.reserve(indices().places);  // so that to give it back takes no memory
  } else {
    taken.place = indices().free.back();
    indices().free.pop_back();
  }
  return taken;
}

void give_back_local_index(std::size_t place) noexcept {
  const std::lock_guard guard(indices().mutex);
  indices().free.push_back(place);
}

local_slot& this_thread_slot(std::size_t place) {
  static thread_local thread_slots own;
  if (place >= own.slots.size()) own.slots.resize(place + 1);
  return own.slots[place];
}

}  // namespace weft::detail
