// refused: nodiscard
#include <weft/core/task.hpp>

weft::task<> work();

void test() { work(); }
