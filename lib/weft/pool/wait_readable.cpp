#include <weft/pool/wait_readable.hpp>

#include <weft/core/asio.hpp>
#include <weft/core/loop.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <algorithm>
#include <chrono>
#include <climits>

#include <poll.h>

namespace weft::detail {

task<> wait_readable(const unique_fd& file) {
  boost::asio::posix::basic_stream_descriptor<loop::executor_type> watched(this_loop().get_executor(),
                                                                           file.duplicate().release());
  co_await watched.async_wait(boost::asio::posix::descriptor_base::wait_read, boost::asio::deferred);
}

bool poll_readable(const unique_fd& file, std::optional<time_point> deadline) {
  int limit = -1;
  if (deadline && *deadline != time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    limit = static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX));
  }
  pollfd waited{file.get(), POLLIN, 0};
  ::poll(&waited, 1, limit);
  return true;
}

}  // namespace weft::detail
