#include <weft/testkit/seeds.hpp>

#include <weft/base/parse.hpp>
#include <weft/testkit/failure.hpp>

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

namespace weft::testkit::detail {

std::optional<std::uint64_t> chosen_seed() {
  const char* const given = std::getenv("WEFT_SEED");
  if (given == nullptr) return std::nullopt;
  const auto seed = parse_integer<std::uint64_t>(given);
  if (!seed) throw std::invalid_argument("WEFT_SEED='" + std::string(given) + "' is no seed");
  return seed;
}

void with_seed(std::uint64_t seed, const std::function<void()>& body) {
  try {
    body();
  } catch (...) {
    const std::string number = std::to_string(seed);
    const std::string what = describe(std::current_exception());
    std::throw_with_nested(test_failure("with seed " + number + " (WEFT_SEED=" + number + " repeats it): " + what));
  }
}

}  // namespace weft::testkit::detail
