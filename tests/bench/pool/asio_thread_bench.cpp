#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "thread_bench.hpp"

int main() {
  for (const std::size_t threads : {1, 2}) {
    boost::asio::thread_pool pool(threads);
    bench::measure_submit(threads, [&](auto work) { return boost::asio::post(pool, boost::asio::use_future(work)); });
    auto post = [&](auto work) { boost::asio::post(pool, work); };
    bench::measure_post(threads, post);
  }
}
