#include <weft/pool/ring_core.hpp>

#include <weft/base/error.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/process_errors.hpp>
#include <weft/pool/wait_readable.hpp>
#include <weft/pool/worker_setup.hpp>
#include <weft/sync/queue_closed.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <stdexcept>

#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::detail {

/// At the beginning of the shared memory.
struct ring_control {
  ring_positions positions;
  alignas(64) std::atomic<std::uint32_t> reader_sleeps;
  alignas(64) std::atomic<std::uint32_t> writer_sleeps;
  alignas(64) std::atomic<std::uint32_t> closed;
};

namespace {

constexpr std::size_t page = 4096;

unique_fd make_bell() {
  unique_fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!bell) throw_errno(errno, "cannot make a ring");
  return bell;
}

void wake(std::atomic<std::uint32_t>& sleeps, const unique_fd& bell) noexcept {
  if (sleeps.load(std::memory_order_seq_cst) != 0 && sleeps.exchange(0) != 0) ring_bell(bell);
}

void silence(const unique_fd& bell) noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!::read(bell.get(), &count, sizeof count));
}

template <class F>
bool wait(F there, std::atomic<std::uint32_t>& sleeps, const unique_fd& bell, std::optional<time_point> deadline) {
  for (int i = 0; i < 300; ++i) {
    if (there()) return true;
  }
  const blocking_wait waits("push() or pop() of a ring");
  for (;;) {
    sleeps.store(1, std::memory_order_seq_cst);
    if (there()) return true;
    if (!poll_readable(bell, deadline)) return there();
    silence(bell);
  }
}

template <class F>
task<> async_wait(F there, std::atomic<std::uint32_t>& sleeps, const unique_fd& bell) {
  for (;;) {
    sleeps.store(1, std::memory_order_seq_cst);
    const bool is_there = there();
    if (is_there) co_return;
    co_await wait_readable(bell);
    silence(bell);
  }
}

}  // namespace

ring_core::ring_core(std::size_t slots, std::size_t item)
    : item_(item), items_bell_(make_bell()), room_bell_(make_bell()) {
  if (slots == 0) throw std::invalid_argument("the ring has no room: it has 0 slots");
  capacity_ = std::bit_ceil(std::max(slots * item, page));
  file_ = make_shared_file("weft-ring", page + capacity_);
  map();
}

ring_core::ring_core(decoder& from, std::size_t item) : item_(item) {
  file_ = from.take_file();
  items_bell_ = from.take_file();
  room_bell_ = from.take_file();
  capacity_ = size_of(file_) - page;
  if (!std::has_single_bit(capacity_) || capacity_ < item) throw codec_error("this is no ring of such items");
  map();
}

void ring_core::map() {
  static_assert(sizeof(ring_control) <= page);
  mapping_ = shared_mapping(file_, page, capacity_, 1);
  writer_ = byte_ring(control().positions, mapping_.at() + page, capacity_);
  reader_ = writer_;
}

ring_control& ring_core::control() const noexcept { return *reinterpret_cast<ring_control*>(mapping_.at()); }

std::byte* ring_core::room() {
  if (control().closed.load(std::memory_order_relaxed) != 0) throw queue_closed("the ring is closed");
  writer_.resume_writing(control().positions.written.load(std::memory_order_relaxed));
  return writer_.room(item_);
}

void ring_core::pushed() noexcept {
  writer_.publish(item_);
  wake(control().reader_sleeps, items_bell_);
}

const std::byte* ring_core::next() {
  reader_.resume_reading(control().positions.read.load(std::memory_order_relaxed));
  if (const std::byte* at = reader_.peek(item_)) return at;
  if (control().closed.load() == 0) return nullptr;
  // What was pushed before it was closed comes first.
  if (const std::byte* at = reader_.peek(item_)) return at;
  throw queue_closed("the ring is closed");
}

void ring_core::popped() noexcept {
  reader_.release(item_);
  wake(control().writer_sleeps, room_bell_);
}

bool ring_core::wait_for_room(std::optional<time_point> deadline) {
  return wait([this] { return room() != nullptr; }, control().writer_sleeps, room_bell_, deadline);
}

bool ring_core::wait_for_item(std::optional<time_point> deadline) {
  return wait([this] { return next() != nullptr; }, control().reader_sleeps, items_bell_, deadline);
}

task<> ring_core::async_wait_for_room() {
  auto there = [this] { return room() != nullptr; };
  return async_wait(there, control().writer_sleeps, room_bell_);
}

task<> ring_core::async_wait_for_item() {
  auto there = [this] { return next() != nullptr; };
  return async_wait(there, control().reader_sleeps, items_bell_);
}

void ring_core::close() noexcept {
  control().closed.store(1);
  ring_bell(items_bell_);
  ring_bell(room_bell_);
}

void ring_core::attach_to(encoder& to) const {
  to.attach(file_);
  to.attach(items_bell_);
  to.attach(room_bell_);
}

}  // namespace weft::detail
