#include <weft/net/connect.hpp>

#include <weft/core/cancel_scope.hpp>
#include <weft/core/handle.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/bind_address.hpp>
#include <weft/net/open_socket.hpp>
#include <weft/sync/event.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace weft::net {

namespace {

using asio_socket = tcp_socket::asio_socket;
using error_code = boost::system::error_code;

task<error_code> connect_socket(asio_socket& socket, tcp_endpoint endpoint) {
  error_code unopened;
  detail::open_socket(socket, endpoint.protocol(), unopened);
  if (unopened) co_return unopened;
  const auto [error] = co_await socket.async_connect(endpoint, boost::asio::as_tuple(boost::asio::deferred));
  if (error) co_return error;
  error_code not_fatal;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), not_fatal);
  co_return error_code();
}

/// Attempts on several addresses that run beside each other.
struct race {
  const std::vector<tcp_endpoint>& endpoints;
  std::vector<connect_error::attempt>& failures;
  std::optional<asio_socket>& winner;
  std::size_t running = 0;
  event changed{};
};

task<> run_attempt(race& in, tcp_endpoint endpoint) {
  asio_socket socket(this_loop().get_executor());
  const error_code error = co_await connect_socket(socket, endpoint);
  --in.running;
  if (error) {
    in.failures.push_back({endpoint, error});
  } else if (!in.winner) {
    in.winner.emplace(std::move(socket));
  }
  in.changed.set();
}

task<> wait_for_change(race& in, duration delay) {
  deadline_scope limit(deadline_after(delay));
  try {
    co_await in.changed.wait();
  } catch (const cancelled&) {
    if (!limit.was_hit()) throw;
  }
}

task<> run_race(race& in, duration attempt_delay) {
  auto body = [&in, attempt_delay](task_group& group) -> task<> {
    std::vector<handle<void>> attempts;
    for (const auto& endpoint : in.endpoints) {
      in.changed.clear();
      ++in.running;
      attempts.push_back(co_await group.spawn(run_attempt, std::ref(in), endpoint));
      if (attempts.size() < in.endpoints.size()) co_await wait_for_change(in, attempt_delay);
      if (in.winner) break;
    }
    while (!in.winner && in.running > 0) {
      in.changed.clear();
      co_await in.changed.wait();
    }
    for (auto& attempt : attempts) attempt.kill("another address was faster");
  };
  co_await scope(body);
}

/// Leaves the socket of the first success in `winner`, and the failures otherwise.
task<> connect_any(const std::vector<tcp_endpoint>& endpoints, duration attempt_delay,
                   std::optional<asio_socket>& winner, std::vector<connect_error::attempt>& failures) {
  if (endpoints.size() > 1) {
    race all{endpoints, failures, winner};
    co_await run_race(all, attempt_delay);
    co_return;
  }
  asio_socket socket(this_loop().get_executor());
  const error_code error = co_await connect_socket(socket, endpoints.front());
  if (error) {
    failures.push_back({endpoints.front(), error});
  } else {
    winner.emplace(std::move(socket));
  }
}

task<tcp_socket> connect_named(std::string target, std::vector<tcp_endpoint> endpoints, connect_options options) {
  if (endpoints.empty()) throw connect_error(resolve_errc::no_address, target, {});
  std::optional<asio_socket> winner;
  std::vector<connect_error::attempt> failures;
  error_code outcome;
  std::optional<deadline_scope> limit;
  if (options.timeout) limit.emplace(deadline_after(*options.timeout));
  try {
    co_await connect_any(endpoints, options.attempt_delay, winner, failures);
  } catch (const cancelled&) {
    if (!limit || !limit->was_hit()) throw;
    outcome = boost::asio::error::timed_out;
  }
  if (winner) co_return tcp_socket(std::move(*winner));
  if (!outcome) outcome = failures.front().error;
  throw connect_error(outcome, target, std::move(failures));
}

std::string describe(const std::string& target, const error_code& code,
                     const std::vector<connect_error::attempt>& attempts) {
  std::string text = "cannot connect to " + target + ": " + code.message();
  if (attempts.size() == 1 && attempts.front().error == code) return text;
  const char* before = " (";
  for (const auto& [endpoint, error] : attempts) {
    text += before + to_string(endpoint) + ": " + error.message();
    before = ", ";
  }
  return attempts.empty() ? text : text + ")";
}

}  // namespace

connect_error::connect_error(error_code code, const std::string& target, std::vector<attempt> attempts)
    : system_error(code), attempts_(std::move(attempts)), message_(describe(target, code, attempts_)) {}

std::vector<tcp_endpoint> interleave_families(const std::vector<tcp_endpoint>& endpoints) {
  std::vector<tcp_endpoint> result;
  result.reserve(endpoints.size());
  if (endpoints.empty()) return result;
  const auto first = endpoints.front().protocol();
  std::vector<tcp_endpoint> others;
  for (const auto& endpoint : endpoints) (endpoint.protocol() == first ? result : others).push_back(endpoint);
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto at = std::min(2 * i + 1, result.size());
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(at), others[i]);
  }
  return result;
}

task<tcp_socket> connect(std::string host, std::string service, connect_options options) {
  auto endpoints = co_await resolve(host, service, options.resolve);
  std::string target = "'" + detail::host_and_port(host, service) + "'";
  co_return co_await connect_named(std::move(target), interleave_families(endpoints), options);
}

task<tcp_socket> connect(std::string host, std::uint16_t port, connect_options options) {
  auto endpoints = co_await resolve(host, port, options.resolve);
  std::string target = "'" + detail::host_and_port(host, std::to_string(port)) + "'";
  co_return co_await connect_named(std::move(target), interleave_families(endpoints), options);
}

task<tcp_socket> connect(std::vector<tcp_endpoint> endpoints, connect_options options) {
  std::string target = endpoints.empty() ? "an empty list of addresses" : "'" + to_string(endpoints.front()) + "'";
  auto ordered = interleave_families(endpoints);
  co_return co_await connect_named(std::move(target), std::move(ordered), options);
}

task<tcp_socket> connect(tcp_endpoint endpoint, connect_options options) {
  std::vector<tcp_endpoint> one{endpoint};
  co_return co_await connect_named("'" + to_string(endpoint) + "'", std::move(one), options);
}

}  // namespace weft::net
