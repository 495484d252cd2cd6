#pragma once

#include <weft/sync/basic_queue.hpp>
#include <weft/sync/queue_closed.hpp>

namespace weft {

/// A queue without room: put() completes when a get() has taken the item, get() when a put() has given one.
///
/// try_put() succeeds only while someone waits in get(), try_get() only while someone waits in put(). size() and
/// capacity() are 0. Everything else is as for queue.
template <class T>
class channel : public detail::basic_queue<T, detail::no_store> {
 public:
  explicit channel(literal name = {}) : detail::basic_queue<T, detail::no_store>(0, name, detail::no_store()) {}
};

}  // namespace weft
