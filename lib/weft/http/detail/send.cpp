#include <weft/http/detail/send.hpp>

#include <weft/core/cancel_scope.hpp>
#include <weft/http/detail/dial.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace weft::http::detail {
namespace {

bool is_idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" || method == "PUT" ||
         method == "DELETE";
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Was the connection lost, as happens to one that the server closed while it was idle?
bool is_lost(error_kind kind) noexcept {
  return kind == error_kind::closed_before_response || kind == error_kind::connection_reset ||
         kind == error_kind::io_error;
}

task<lease> acquire(client_state& state, std::string_view origin) {
  const auto limit = state.options.timeouts.acquire;
  if (!limit) co_return co_await state.connections.acquire(origin);
  deadline_scope patience(deadline_after(*limit));
  try {
    co_return co_await state.connections.acquire(origin);
  } catch (const cancelled&) {
    if (!patience.was_hit()) throw;
  }
  throw error(error_kind::pool_timeout, error_phase::acquire, "timed out while waiting for a connection");
}

/// A chain of requests that ends with an answer for the caller.
class journey {
 public:
  journey(std::shared_ptr<client_state> state, request& asked)
      : state_(*state),
        asked_(asked),
        authorization_(basic_authorization(asked.url())),
        exchange_(client_state::take_exchange(state)) {
    exchange_->started = now();
    const auto total = asked.total_time() ? asked.total_time() : state_.options.timeouts.total;
    if (total) exchange_->deadline = deadline_after(*total);
    exchange_->decodes = state_.options.decode == decoding::automatic &&
                         !state_.options.headers.contains("accept-encoding") &&
                         !asked.fields().contains("accept-encoding");
  }

  [[nodiscard]] time_point deadline() const noexcept { return exchange_->deadline; }

  /// What an end of the whole time finds.
  [[nodiscard]] error out_of_time() const {
    const timings& times = exchange_->times;
    error_phase phase = exchange_->phase();
    if (!exchange_->connected()) {
      phase = times.connected  ? error_phase::tls
              : times.resolved ? error_phase::connect
              : dialing_       ? error_phase::resolve
                               : error_phase::acquire;
    }
    return error(error_kind::timeout_total, phase, "took longer than allowed in all")
        .with(asked_.url().str(), exchange_->sent);
  }

  task<response> run() {
    std::optional<error> failed;
    try {
      co_await travel();
    } catch (const error& e) {
      failed = e;
    }
    if (failed) throw failed->with(asked_.url().str(), exchange_->sent);
    exchange_->address = std::move(asked_).url();
    co_return response(std::move(exchange_));
  }

 private:
  task<> travel() {
    const std::size_t limit = state_.options.redirects.limit;
    while (true) {
      co_await ask();
      const auto location = exchange_->head.fields.get("location");
      if (limit == 0 || !is_redirect(exchange_->head.status) || !location) co_return;
      if (exchange_->redirects == limit) {
        throw error(error_kind::redirect_limit, error_phase::redirect,
                    "more than " + std::to_string(limit) + " redirects")
            .with_status(exchange_->head.status);
      }
      follow(*location);
    }
  }

  void follow(std::string_view location) {
    const auto block = [status = exchange_->head.status](const std::string& why) {
      throw error(error_kind::redirect_blocked, error_phase::redirect, why).with_status(status);
    };
    std::optional<url> target;
    try {
      target = asked_.url().resolve(location);
    } catch (const error& e) {
      block("redirected to a bad address: " + e.detail());
    }
    if (asked_.url().is_https() && !target->is_https() && state_.options.redirects.https_to_http == downgrade::refuse) {
      block("redirected from https to http");
    }
    if (target->origin() != asked_.url().origin()) toward_ = trust::foreign;
    exchange_->drop();
    ++exchange_->redirects;
    asked_.redirect(std::move(*target), exchange_->head.status);
  }

  task<> ask() {
    compose(exchange_->request_text, asked_, state_.defaults, authorization_, toward_);
    bool fresh = false;
    while (true) {
      dialing_ = false;
      lease slot = co_await acquire(state_, asked_.url().origin());
      exchange_->times = {};
      exchange_->sent = request_progress::none;
      exchange_->reused = !fresh && slot.take_idle();
      if (!exchange_->reused) co_await open(slot, fresh);
      const bool stale = co_await attempt(std::move(slot));
      if (!stale) co_return;
      ++state_.stats.stale;
      exchange_->drop();
      fresh = true;
    }
  }

  task<> open(lease& slot, bool replaces) {
    if (replaces) slot.make_room();
    dialing_ = true;
    slot.set(co_await dial(asked_.url(), state_.options, exchange_->started, exchange_->times));
    ++state_.stats.connections;
  }

  /// Gives whether the connection was a kept one that had been closed, and the request may be sent again.
  task<bool> attempt(lease slot) {
    connection& used = *slot.get();
    ++used.requests;
    ++exchange_->attempts;
    ++state_.stats.requests;
    if (exchange_->reused) ++state_.stats.reused;
    exchange_->remote = used.remote();
    if (tls::stream* const stream = used.secure()) exchange_->tls_version = stream->version();
    const bool replayable = exchange_->reused && is_idempotent(asked_.method());
    try {
      co_await exchange_->run(std::move(slot), asked_.method());
    } catch (const error& e) {
      if (replayable && !exchange_->answered && is_lost(e.kind())) co_return true;
      throw;
    }
    // Some servers say "request timeout" on an idle connection before they close it.
    co_return replayable && exchange_->head.status == 408;
  }

  client_state& state_;
  request& asked_;
  const std::string authorization_;
  bool dialing_ = false;
  trust toward_ = trust::first_origin;
  exchange_ptr exchange_;  // keeps state_ alive
};

}  // namespace

task<response> send(std::shared_ptr<client_state> state, request asked) {
  journey way(std::move(state), asked);
  if (way.deadline() == time_point::max()) co_return co_await way.run();
  deadline_scope total(way.deadline());
  try {
    co_return co_await way.run();
  } catch (const cancelled&) {
    if (!total.was_hit()) throw;
  }
  throw way.out_of_time();
}

}  // namespace weft::http::detail
