#include <weft/pool/process_queue_core.hpp>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/process_errors.hpp>
#include <weft/pool/wait_readable.hpp>
#include <weft/pool/worker_setup.hpp>
#include <weft/sync/queue_closed.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <stdexcept>

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::detail {

/// Those who wait for one of the two things a queue can give: room, or an item.
struct queue_side {
  alignas(64) std::atomic<std::uint32_t> turn;  // changes when there is something
  std::atomic<std::uint32_t> threads;  // that wait; one that died waiting stays counted, which costs a system call
  std::atomic<std::uint32_t> tasks;
};

/// At the beginning of the shared memory.
struct queue_control {
  pthread_mutex_t mutex;
  std::uint64_t capacity;  // items
  std::atomic<std::uint32_t> closed;
  std::uint32_t count;                           // under the mutex; counted again after a death
  alignas(64) std::atomic<std::uint64_t> place;  // under the mutex: where it begins, and where it ends (upper half)
  queue_side items;
  queue_side room;
};

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t control_size = (sizeof(queue_control) + page - 1) / page * page;
constexpr std::size_t least_arena = 64 * 1024;
constexpr std::size_t most_arena = std::size_t(1) << 30;

/// Who waits looks again after this long: the one that was woken for an item may have been killed on its way.
constexpr auto look_again = std::chrono::milliseconds(100);

std::uint32_t begin_of(std::uint64_t place) { return static_cast<std::uint32_t>(place); }
std::uint32_t end_of(std::uint64_t place) { return static_cast<std::uint32_t>(place >> 32); }
std::uint64_t make_place(std::uint32_t begin, std::uint32_t end) { return (std::uint64_t(end) << 32) | begin; }

std::size_t record_size(std::size_t item) { return sizeof(std::uint64_t) + ((item + 7) & ~std::size_t(7)); }

unique_fd make_bell() {
  unique_fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!bell) throw_errno(errno, "cannot make a queue");
  return bell;
}

void silence(const unique_fd& bell) noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!::read(bell.get(), &count, sizeof count));
}

void make_mutex(pthread_mutex_t& mutex) {
  pthread_mutexattr_t shared;
  pthread_mutexattr_init(&shared);
  pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &shared);
  pthread_mutexattr_destroy(&shared);
}

/// A moment before others are to be slept for: they may be about to come.
template <class F>
bool spin(F there) {
  for (int i = 0; i < 300; ++i) {
    if (there()) return true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  return false;
}

bool wait_turn(queue_side& side, std::uint32_t turn, std::optional<time_point> deadline) {
  const blocking_wait waits("put() or get() of a process_queue");
  const auto now = std::chrono::steady_clock::now();
  if (deadline && *deadline <= now) return false;
  const time_point again = now + look_again;
  shared_futex_wait(side.turn, turn, deadline ? std::min(*deadline, again) : again);
  return true;
}

}  // namespace

/// Holds the mutex; when it lets go, wakes those for whom there is something.
class process_queue_core::locked {
 public:
  explicit locked(process_queue_core& of) : of_(&of), control_(&of.control()) {
    const int result = pthread_mutex_lock(&control_->mutex);
    if (result == EOWNERDEAD) {
      recount();
      pthread_mutex_consistent(&control_->mutex);
    } else if (result != 0) {
      throw_errno(result, "cannot lock a queue");
    }
  }
  locked(const locked&) = delete;
  locked& operator=(const locked&) = delete;
  ~locked() {
    pthread_mutex_unlock(&control_->mutex);
    tell(to_getters_, control_->items, of_->items_bell_);
    tell(to_putters_, control_->room, of_->room_bell_);
  }

  [[nodiscard]] queue_control& control() const noexcept { return *control_; }
  /// There is an item, or room, for `count` of those who wait.
  void serve_getters(int count) noexcept { call(to_getters_, control_->items, count); }
  void serve_putters(int count) noexcept { call(to_putters_, control_->room, count); }

 private:
  struct call_out {
    int threads = 0;
    bool tasks = false;
  };

  static void call(call_out& out, queue_side& side, int count) noexcept {
    if (side.threads.load(std::memory_order_relaxed) != 0) {
      side.turn.fetch_add(1, std::memory_order_release);
      out.threads = count;
    }
    out.tasks = side.tasks.load(std::memory_order_relaxed) != 0;
  }
  static void tell(const call_out& out, queue_side& side, const unique_fd& bell) noexcept {
    if (out.threads != 0) shared_futex_wake(side.turn, out.threads);
    if (out.tasks) ring_bell(bell);
  }

  void recount() noexcept {
    const std::uint64_t place = control_->place.load(std::memory_order_relaxed);
    std::uint32_t count = 0;
    for (std::uint32_t at = begin_of(place); at != end_of(place); ++count) {
      std::uint64_t size = 0;
      std::memcpy(&size, of_->block_ + (at & (of_->arena_ - 1)), sizeof size);
      at += static_cast<std::uint32_t>(record_size(size));
    }
    control_->count = count;
  }

  process_queue_core* of_;
  queue_control* control_;
  call_out to_getters_;
  call_out to_putters_;
};

process_queue_core::process_queue_core(std::size_t items, std::size_t bytes)
    : items_bell_(make_bell()), room_bell_(make_bell()) {
  if (items == 0) throw std::invalid_argument("the queue has no room: its capacity is 0");
  if (bytes > most_arena) throw std::invalid_argument("a queue has at most 1 GiB of items");
  arena_ = std::bit_ceil(std::max(bytes, least_arena));
  file_ = make_shared_file("weft-queue", control_size + arena_);
  mapping_ = shared_mapping(file_, control_size, arena_, 1);
  block_ = mapping_.at() + control_size;
  make_mutex(control().mutex);
  control().capacity = items;
}

process_queue_core::process_queue_core(unique_fd file, unique_fd items_bell, unique_fd room_bell)
    : file_(std::move(file)), items_bell_(std::move(items_bell)), room_bell_(std::move(room_bell)) {
  arena_ = size_of(file_) - control_size;
  if (!std::has_single_bit(arena_)) throw codec_error("this is no queue");
  mapping_ = shared_mapping(file_, control_size, arena_, 1);
  block_ = mapping_.at() + control_size;
}

queue_control& process_queue_core::control() const noexcept { return *reinterpret_cast<queue_control*>(mapping_.at()); }

void process_queue_core::check_size(const encoder& item) const {
  if (record_size(item.size()) <= arena_) return;
  throw codec_error("an item of " + std::to_string(item.size()) + " bytes is larger than the queue");
}

process_queue_core::verdict process_queue_core::try_put(locked& held, const encoder& item) {
  queue_control& c = held.control();
  if (c.closed != 0) throw queue_closed();
  const std::uint64_t place = c.place.load(std::memory_order_relaxed);
  const std::size_t size = record_size(item.size());
  if (c.count >= c.capacity || end_of(place) - begin_of(place) + size > arena_) return verdict::would_wait;
  std::byte* at = block_ + (end_of(place) & (arena_ - 1));
  const std::uint64_t bytes = item.size();
  std::memcpy(at, &bytes, sizeof bytes);
  item.write_to(at + sizeof bytes);
  c.place.store(make_place(begin_of(place), end_of(place) + static_cast<std::uint32_t>(size)),
                std::memory_order_release);
  ++c.count;
  held.serve_getters(1);
  return verdict::done;
}

process_queue_core::verdict process_queue_core::try_get(locked& held, std::vector<std::byte>& item) {
  queue_control& c = held.control();
  const std::uint64_t place = c.place.load(std::memory_order_relaxed);
  if (begin_of(place) == end_of(place)) {
    if (c.closed != 0) throw queue_closed();
    return verdict::would_wait;
  }
  const std::byte* at = block_ + (begin_of(place) & (arena_ - 1));
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  if (record_size(bytes) > end_of(place) - begin_of(place)) throw codec_error("the queue has been written over");
  item.assign(at + sizeof bytes, at + sizeof bytes + bytes);
  const std::uint32_t next = begin_of(place) + static_cast<std::uint32_t>(record_size(bytes));
  // An empty queue starts over, so that little of the memory is used as long as little is in it.
  c.place.store(next == end_of(place) ? 0 : make_place(next, end_of(place)), std::memory_order_release);
  --c.count;
  held.serve_putters(1);
  if (c.count != 0 && c.items.tasks.load(std::memory_order_relaxed) != 0) held.serve_getters(1);
  return verdict::done;
}

bool process_queue_core::put(const encoder& item, std::optional<time_point> deadline) {
  check_size(item);
  queue_side& side = control().room;
  for (;;) {
    std::uint32_t turn = 0;
    {
      locked held(*this);
      if (try_put(held, item) == verdict::done) return true;
      side.threads.fetch_add(1);
      turn = side.turn.load();
    }
    const bool waited = wait_turn(side, turn, deadline);
    side.threads.fetch_sub(1);
    if (!waited) return false;
  }
}

bool process_queue_core::get(std::vector<std::byte>& item, std::optional<time_point> deadline) {
  queue_side& side = control().items;
  const auto& place = control().place;
  const auto there = [&] {
    const std::uint64_t now = place.load(std::memory_order_relaxed);
    return begin_of(now) != end_of(now);
  };
  for (;;) {
    if (!deadline) spin(there);
    std::uint32_t turn = 0;
    {
      locked held(*this);
      if (try_get(held, item) == verdict::done) return true;
      side.threads.fetch_add(1);
      turn = side.turn.load();
    }
    const bool waited = wait_turn(side, turn, deadline);
    side.threads.fetch_sub(1);
    if (!waited) return false;
  }
}

task<> process_queue_core::async_put(const encoder& item) {
  check_size(item);
  queue_side& side = control().room;
  for (;;) {
    {
      locked held(*this);
      if (try_put(held, item) == verdict::done) co_return;
      side.tasks.fetch_add(1);
    }
    const scope_exit over([&] { side.tasks.fetch_sub(1); });
    co_await wait_readable(room_bell_);
    silence(room_bell_);
  }
}

task<> process_queue_core::async_get(std::vector<std::byte>& item) {
  queue_side& side = control().items;
  for (;;) {
    {
      locked held(*this);
      if (try_get(held, item) == verdict::done) co_return;
      side.tasks.fetch_add(1);
    }
    const scope_exit over([&] { side.tasks.fetch_sub(1); });
    co_await wait_readable(items_bell_);
    silence(items_bell_);
  }
}

std::size_t process_queue_core::size() {
  const locked held(*this);
  return held.control().count;
}

std::size_t process_queue_core::capacity() const noexcept { return control().capacity; }

void process_queue_core::close() {
  locked held(*this);
  held.control().closed = 1;
  held.serve_getters(INT_MAX);
  held.serve_putters(INT_MAX);
}

bool process_queue_core::is_closed() const noexcept { return control().closed != 0; }

void process_queue_core::attach_to(encoder& to) const {
  to.attach(file_);
  to.attach(items_bell_);
  to.attach(room_bell_);
}

}  // namespace weft::detail
