// refused: a task may outlive what a string_view or span looks at: pass a std::string
#include <weft/core/spawn.hpp>

weft::task<> work(std::string_view);

void test(const std::string& text) { weft::spawn(work, std::string_view(text)); }
