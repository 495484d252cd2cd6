// refused: it is made already: write timeout(d, f, x), not f(x)
#include <weft/core/timeout.hpp>

weft::task<> work(int);

weft::task<> test() { co_await weft::timeout(std::chrono::seconds(2), work(1)); }
