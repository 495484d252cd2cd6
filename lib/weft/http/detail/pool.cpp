#include <weft/http/detail/pool.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/core/loop.hpp>

#include <utility>

namespace weft::http::detail {

lease::lease(pool& from, origin_entry& origin) noexcept : pool_(&from), origin_(&origin), has_permit_(true) {
  ++pool_->stats_.active;
}

lease::lease(lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      origin_(std::exchange(other.origin_, nullptr)),
      has_permit_(std::exchange(other.has_permit_, false)),
      connection_(std::move(other.connection_)) {}

lease& lease::operator=(lease&& other) noexcept {
  if (this == &other) return *this;
  close();
  pool_ = std::exchange(other.pool_, nullptr);
  origin_ = std::exchange(other.origin_, nullptr);
  has_permit_ = std::exchange(other.has_permit_, false);
  connection_ = std::move(other.connection_);
  return *this;
}

bool lease::take_idle() {
  const time_point moment = now();
  while (!origin_->idle.empty()) {
    std::unique_ptr<connection> candidate = pool_->take(origin_->idle.front());
    const bool in_time =
        moment < candidate->usable_until && moment - candidate->idle_since < pool_->options_.idle_timeout;
    // What has come since the last answer was asked for by no one: it must not become the next one's (RFC 9112, 9.2).
    if (!in_time || candidate->has_input()) continue;
    connection_ = std::move(candidate);
    return true;
  }
  return false;
}

void lease::make_room() noexcept {
  if (!origin_->idle.empty()) pool_->discard(origin_->idle.back());
}

void lease::finish() noexcept {
  if (origin_ == nullptr) return;
  if (connection_) pool_->put(std::move(connection_), *origin_);
  release();
}

void lease::close() noexcept {
  connection_.reset();
  if (origin_ != nullptr) release();
}

void lease::release() noexcept {
  if (has_permit_) {
    has_permit_ = false;
    --pool_->stats_.active;
    if (origin_->permits) origin_->permits->release();
  }
  pool_->leave(*std::exchange(origin_, nullptr));
  pool_ = nullptr;
}

pool::~pool() { close_idle(); }

origin_entry& pool::entry(std::string_view origin) {
  auto found = origins_.find(origin);
  if (found == origins_.end()) {
    found = origins_
                .emplace(std::piecewise_construct, std::forward_as_tuple(origin),
                         std::forward_as_tuple(options_.per_origin))
                .first;
    found->second.name = found->first;
  }
  return found->second;
}

task<lease> pool::acquire(std::string_view origin) {
  origin_entry& at = entry(origin);
  ++at.users;
  scope_exit give_up([&] { leave(at); });
  if (at.permits) co_await at.permits->acquire();
  give_up.release();
  co_return lease(*this, at);
}

void pool::leave(origin_entry& origin) noexcept {
  --origin.users;
  if (origin.users == 0 && origin.idle.empty()) origins_.erase(origins_.find(origin.name));
}

void pool::put(std::unique_ptr<connection> used, origin_entry& origin) noexcept {
  used->idle_since = now();
  if (shut_ || options_.max_idle == 0 || used->usable_until <= used->idle_since) return;
  if (all_idle_.size() >= options_.max_idle) discard(all_idle_.front());
  used->origin = &origin;
  connection& idle = *used.release();
  origin.idle.push_front(idle);
  all_idle_.push_back(idle);
  ++stats_.idle;
  if (!is_armed()) arm();
}

std::unique_ptr<connection> pool::take(connection& idle) noexcept {
  idle.origin->idle.erase(idle.origin->idle.iterator_to(idle));
  all_idle_.erase(all_idle_.iterator_to(idle));
  --stats_.idle;
  return std::unique_ptr<connection>(&idle);
}

void pool::discard(connection& idle) noexcept {
  origin_entry& origin = *idle.origin;
  take(idle).reset();
  if (origin.users == 0 && origin.idle.empty()) origins_.erase(origins_.find(origin.name));
}

void pool::shut() noexcept {
  shut_ = true;
  close_idle();
}

void pool::close_idle() noexcept {
  while (!all_idle_.empty()) discard(all_idle_.front());
  // A default client ends with its loop's services, after the loop's timers.
  if (is_armed() && weft::detail::this_scheduler.home != nullptr) this_loop().timers().remove(*this);
}

void pool::arm() noexcept { this_loop().timers().set(*this, all_idle_.front().idle_since + options_.idle_timeout); }

void pool::expire() noexcept {
  const time_point moment = now();
  while (!all_idle_.empty() && moment - all_idle_.front().idle_since >= options_.idle_timeout)
    discard(all_idle_.front());
  if (!all_idle_.empty()) arm();
}

}  // namespace weft::http::detail
