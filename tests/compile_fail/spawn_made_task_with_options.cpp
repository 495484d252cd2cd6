// refused: write spawn(options, f, x) instead of f(x)
#include <weft/core/spawn.hpp>

weft::task<> work(int);

void test() { weft::spawn(weft::spawn_options{.name = "x"}, work(1)); }
