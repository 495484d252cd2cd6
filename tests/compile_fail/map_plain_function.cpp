// refused: f(x) must return a weft::task
#include <weft/core/map.hpp>

int twice(int x);

weft::task<> test(std::vector<int> numbers) { co_await weft::map(numbers, twice); }
