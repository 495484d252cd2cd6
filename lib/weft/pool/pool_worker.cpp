#include <weft/pool/pool_worker.hpp>

#include <weft/pool/futex.hpp>

#include <new>

namespace weft::detail {

constinit thread_local pool_worker* this_pool_worker = nullptr;

pool_worker::~pool_worker() {
  for (const kept_block& one : kept) ::operator delete(one.block);
}

bool pool_worker::park(std::optional<time_point> deadline) noexcept {
  const auto is_called = [this] { return signal.load(std::memory_order_acquire) == called; };
  if (spin.wait(is_called)) return true;
  std::uint32_t before = looking;
  if (!signal.compare_exchange_strong(before, asleep, std::memory_order_acq_rel)) return true;
  while (!is_called()) {
    if (!futex_wait(signal, asleep, deadline)) return is_called();
  }
  return true;
}

void pool_worker::call() noexcept {
  if (signal.exchange(called, std::memory_order_acq_rel) == asleep) futex_wake(signal, 1);
}

}  // namespace weft::detail
