// refused: they run already: write joinall(a, b), then co_await each
#include <weft/core/join.hpp>

weft::task<> test(weft::handle<int> a, weft::handle<int> b) { co_await weft::gather(a, b); }
