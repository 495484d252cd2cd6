// refused: write spawn(f, x) instead of spawn(f(x))
#include <weft/core/task_group.hpp>

weft::task<> work(int);

void test(weft::task_group& group) { group.spawn(work(1)); }
