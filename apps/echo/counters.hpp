#pragma once

#include <atomic>
#include <cstdint>

namespace weft::echo_app {

/// What a server has done. Threads: any; the counters are independent of each other.
struct server_counters {
  std::atomic<std::uint64_t> open_connections = 0;
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> idle_closed = 0;
  std::atomic<std::uint64_t> bytes = 0;      ///< echoed by TCP
  std::atomic<std::uint64_t> datagrams = 0;  ///< echoed by UDP
  std::atomic<std::uint64_t> refused = 0;    ///< datagrams from ports or to addresses that get no reply
  std::atomic<std::uint64_t> limited = 0;    ///< datagrams of sources that sent too many
  std::atomic<std::uint64_t> unsent = 0;     ///< replies that the system did not take, or a peer did not want
};

inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
  counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace weft::echo_app
