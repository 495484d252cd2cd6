#include <weft/pool/blocking.hpp>

#include <algorithm>
#include <thread>

namespace weft {

thread_pool& default_pool() {
  static auto* const pool = [] {
    thread_pool_options options;
    options.name = "blocking";
    options.core = std::min<std::size_t>(32, std::thread::hardware_concurrency() + 4);
    return new thread_pool(std::move(options));
  }();
  return *pool;
}

}  // namespace weft
