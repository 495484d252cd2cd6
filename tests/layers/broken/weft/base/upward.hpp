#include <weft/core/task.hpp>
