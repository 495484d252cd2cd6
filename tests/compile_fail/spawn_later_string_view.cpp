// refused: a task may outlive what a string_view or span looks at
#include <weft/core/spawn.hpp>

weft::task<> work(std::string_view);

void test(const std::string& text) { weft::spawn_later(std::chrono::seconds(1), work, std::string_view(text)); }
