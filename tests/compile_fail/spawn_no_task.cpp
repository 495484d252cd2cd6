// refused: f must return a weft::task
#include <weft/core/spawn.hpp>

int work();

void test() { weft::spawn(work); }
