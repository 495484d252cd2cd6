#include <weft/sync/queue_core.hpp>

#include <weft/sync/queue_closed.hpp>

#include <stdexcept>
#include <string>

namespace weft::detail {

namespace {

std::string titled(const char* name) {
  return *name == '\0' ? std::string("the queue") : "the queue '" + std::string(name) + "'";
}

}  // namespace

void queue_waiter::throw_closed() const {
  current_task().check();
  throw queue_closed(titled(name()) + " is closed");
}

void queue_core::close() noexcept {
  closed_ = true;
  getters_.refuse_all();
  putters_.refuse_all();
}

void queue_core::task_done() {
  if (unfinished_ == 0) throw std::logic_error(titled(name_.c_str()) + ": task_done() was called too often");
  if (--unfinished_ == 0) joiners_.grant_all();
}

std::size_t queue_core::checked_capacity(std::size_t capacity, literal name) {
  if (capacity == 0) throw std::invalid_argument(titled(name.c_str()) + " has no room: its capacity is 0");
  return capacity;
}

}  // namespace weft::detail
