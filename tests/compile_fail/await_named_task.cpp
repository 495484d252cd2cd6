// refused: a task is awaited once: write co_await std::move(task)
#include <weft/core/task.hpp>

weft::task<> work();

weft::task<> test() {
  auto made = work();
  co_await made;
}
