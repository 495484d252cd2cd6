#pragma once

#include <weft/core/task.hpp>
#include <weft/core/timer_queue.hpp>
#include <weft/http/client.hpp>
#include <weft/http/detail/connection.hpp>
#include <weft/sync/semaphore.hpp>

#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weft::http::detail {

template <class Tag>
using connection_list = boost::intrusive::list<connection, boost::intrusive::base_hook<idle_hook<Tag>>>;

/// The connections to one origin. Exists while one is idle or somebody uses or waits for one.
struct origin_entry {
  explicit origin_entry(std::optional<std::size_t> limit) {
    if (limit) permits.emplace(*limit);
  }

  std::string_view name;             // the map's key
  std::optional<semaphore> permits;  // one for each connection in use
  connection_list<of_origin> idle;   // most recently used first
  std::size_t users = 0;             // leases and waiters
};

class pool;

/// The right to use one connection to an origin, and the connection itself once there is one.
///
/// Ownership: destroying it closes the connection; finish() gives it to the pool instead.
class lease {
 public:
  lease() noexcept = default;
  lease(pool& from, origin_entry& origin) noexcept;
  lease(lease&& other) noexcept;
  lease& operator=(lease&& other) noexcept;
  ~lease() { close(); }

  [[nodiscard]] connection* get() const noexcept { return connection_.get(); }
  void set(std::unique_ptr<connection> made) noexcept { connection_ = std::move(made); }
  void drop_connection() noexcept { connection_.reset(); }
  /// Takes the most recently used idle connection that is still good, if there is one.
  bool take_idle();
  /// Keeps the number of connections to the origin within the limit when a new one is made though others are idle.
  void make_room() noexcept;

  /// The connection is free for the next request.
  void finish() noexcept;
  void close() noexcept;

 private:
  friend class pool;
  void release() noexcept;

  pool* pool_ = nullptr;
  origin_entry* origin_ = nullptr;
  bool has_permit_ = false;
  std::unique_ptr<connection> connection_;
};

/// Idle connections by origin.
///
/// Threads: one loop. Cost: O(1) for everything.
/// Invariants: an idle connection is in its origin's list and in all_idle_, longest idle first; the timer is armed
///             while all_idle_ is not empty.
class pool final : private weft::detail::timer_node {
 public:
  pool(pool_options options, client_stats& stats) noexcept : options_(options), stats_(stats) {}
  ~pool();

  /// A lease without connection; waits while the origin has as many as it may.
  task<lease> acquire(std::string_view origin);
  /// From now on finished connections are closed.
  void shut() noexcept;
  void close_idle() noexcept;

 private:
  friend class lease;
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };

  origin_entry& entry(std::string_view origin);
  void leave(origin_entry& origin) noexcept;
  void put(std::unique_ptr<connection> used, origin_entry& origin) noexcept;
  /// Takes it out of the lists.
  std::unique_ptr<connection> take(connection& idle) noexcept;
  void discard(connection& idle) noexcept;
  void expire() noexcept override;
  void arm() noexcept;

  pool_options options_;
  client_stats& stats_;
  bool shut_ = false;
  std::unordered_map<std::string, origin_entry, hash, std::equal_to<>> origins_;
  connection_list<of_all> all_idle_;
};

}  // namespace weft::http::detail
