// refused: write spawn(f, x) instead of spawn(f(x))
#include <weft/core/spawn.hpp>

weft::task<> work(int);

void test() { weft::spawn(work(1)); }
