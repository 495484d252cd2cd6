#include <weft/pool/thread_pool.hpp>

namespace weft {

thread_pool::~thread_pool() { core_->close(); }

}  // namespace weft
