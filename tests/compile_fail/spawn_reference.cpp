// refused: for a parameter T& write borrowed(x)
#include <weft/core/spawn.hpp>

weft::task<> work(int&);

void test(int& number) { weft::spawn(work, number); }
