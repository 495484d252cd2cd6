// refused: they do not run: write gather(f(1), f(2)), or spawn them
#include <weft/core/join.hpp>

weft::task<> work(int);

weft::task<> test() { co_await weft::joinall(work(1), work(2)); }
