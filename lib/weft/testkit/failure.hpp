#pragma once

#include <stdexcept>

namespace weft::testkit {

/// What the test kit has found: left tasks, a deadlock, a failure that no one looked at, or which seed or suspension
/// point a failure needs. what() has the details, with the tasks as dump() shows them; where it stands for a failure of
/// the code under test, that one is nested in it (std::rethrow_if_nested).
class test_failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace weft::testkit
