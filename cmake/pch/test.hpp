// What every test needs, parsed once.
#include "lib.hpp"

#include <doctest/doctest.h>
