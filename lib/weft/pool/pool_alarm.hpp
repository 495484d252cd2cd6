#pragma once

#include <weft/core/time.hpp>

#include <memory>

namespace weft::detail {

class pool_core;

/// Starts the thread that watches the deadlines of all pools, unless it runs. It lives as long as the process. Throws
/// std::system_error when there is no thread to be had.
void prepare_pool_alarm();

/// Has pool_core::drop_expired() called at `when`, if the pool is still there. Precondition: prepare_pool_alarm().
/// Threads: any; not under the pool's mutex.
void call_pool_at(std::weak_ptr<pool_core> pool, time_point when) noexcept;

}  // namespace weft::detail
