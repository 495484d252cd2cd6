// refused: x is a temporary, which ends with this statement
#include <weft/core/borrowed.hpp>

#include <string>

void test() { static_cast<void>(weft::borrowed(std::string("gone"))); }
