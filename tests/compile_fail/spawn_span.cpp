// refused: or borrowed(x) where that certainly outlives the task
#include <weft/core/spawn.hpp>

#include <span>
#include <vector>

weft::task<> work(std::span<int>);

void test(std::vector<int>& numbers) { weft::spawn(work, std::span(numbers)); }
