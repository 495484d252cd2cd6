#include "echo/connecting.hpp"

#include <algorithm>

#include <weft/core/loop.hpp>
#include <weft/core/timeout.hpp>
#include <weft/net/resolver.hpp>

namespace weft::echo_app {

tls::connect_options tls_options(const target_config& target) {
  tls::connect_options options;
  if (target.ca_file.empty()) return options;
  tls::context_options trust;
  trust.roots = tls::system_roots::ignored;
  trust.ca_files = {target.ca_file};
  options.tls = tls::context(trust);
  return options;
}

task<net::udp_endpoint> find_datagram_peer(const target_config& target) {
  const auto found = co_await net::resolve(target.host, target.port);
  const auto& first = found.front();
  co_return net::udp_endpoint(first.address(), first.port());
}

task<> run_for_its_time(bench_run& run, std::function<void(task_group&)> start) {
  constexpr duration longest_warm_up = std::chrono::seconds(1);
  const time_point now = this_loop().now();
  run.measure_from = now + std::min(run.settings.length / 5, longest_warm_up);
  run.end = run.measure_from + run.settings.length;
  auto body = [&](task_group& group) -> task<> {
    start(group);
    co_return;
  };
  auto work = [&]() -> task<> { co_await scope(body); };
  co_await move_on_after(run.end - now, work);
}

}  // namespace weft::echo_app
