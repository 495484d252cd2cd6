#include "../core/task.hpp"
