#include <weft/sync/broadcast.hpp>

#include <string>

namespace weft {

namespace {

std::string titled(const char* name) {
  return *name == '\0' ? std::string("the broadcast") : "the broadcast '" + std::string(name) + "'";
}

}  // namespace

lagged::lagged(std::uint64_t missed)
    : std::runtime_error("missed " + std::to_string(missed) + (missed == 1 ? " item" : " items")), missed_(missed) {}

namespace detail {

broadcast_core::broadcast_core(std::size_t capacity, literal name) : capacity_(capacity), name_(name) {
  if (capacity == 0) throw std::invalid_argument(titled(name.c_str()) + " has no room: its capacity is 0");
}

void broadcast_core::close() noexcept {
  closed_ = true;
  listeners_.refuse_all();
  putters_.refuse_all();
}

void broadcast_core::catch_up(std::uint64_t& position) const {
  if (position >= first_) return;
  const std::uint64_t missed = first_ - position;
  position = first_;
  throw lagged(missed);
}

void broadcast_core::throw_closed() const { throw queue_closed(titled(name_.c_str()) + " is closed"); }

}  // namespace detail

}  // namespace weft
