#include <weft/tls/session_cache.hpp>

#include <ctime>
#include <utility>

namespace weft::tls {

namespace {

constexpr std::size_t max_sessions_of_peer = 8;

bool usable(const SSL_SESSION* session, std::time_t moment) {
  return ::SSL_SESSION_is_resumable(session) == 1 &&
         moment < ::SSL_SESSION_get_time(session) + ::SSL_SESSION_get_timeout(session);
}

}  // namespace

void session_cache::put(const std::string& peer, openssl_ptr<SSL_SESSION> session) {
  if (max_peers_ == 0) return;
  const std::scoped_lock lock(mutex_);
  auto found = entries_.find(peer);
  if (found == entries_.end()) {
    if (entries_.size() == max_peers_) {
      entries_.erase(recent_.back());
      recent_.pop_back();
    }
    recent_.push_front(peer);
    found = entries_.emplace(peer, entry{{}, recent_.begin()}).first;
  }
  auto& sessions = found->second.sessions;
  sessions.push_back(std::move(session));
  if (sessions.size() > max_sessions_of_peer) sessions.pop_front();
}

openssl_ptr<SSL_SESSION> session_cache::take(const std::string& peer) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(peer);
  if (found == entries_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second.used);
  auto& sessions = found->second.sessions;
  const std::time_t moment = std::time(nullptr);
  while (!sessions.empty()) {
    SSL_SESSION* const newest = sessions.back().get();
    if (usable(newest, moment) && ::SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION) {
      ::SSL_SESSION_up_ref(newest);
      return openssl_ptr<SSL_SESSION>(newest);
    }
    auto taken = std::move(sessions.back());
    sessions.pop_back();
    if (usable(taken.get(), moment)) return taken;
  }
  return nullptr;
}

void session_cache::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
  recent_.clear();
}

}  // namespace weft::tls
