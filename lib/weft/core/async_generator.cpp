#include <weft/core/async_generator.hpp>

#include <weft/core/cancelled.hpp>

namespace weft::detail {

void async_generator_promise_base::begin_closing() {
  if (!closed_) closed_ = std::make_exception_ptr(cancelled("the generator was closed"));
}

void async_generator_promise_base::settle_closing() {
  if (error_ != closed_) rethrow();
}

}  // namespace weft::detail
