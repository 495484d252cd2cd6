// Bytes that decode are a value: what it is taken down as decodes again, to the same bytes.

#include <weft/pool/codec.hpp>
#include <weft/pool/wire_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace fuzz_types {

struct entry {
  std::string name;
  std::vector<double> numbers;
  std::optional<std::chrono::nanoseconds> when;
  std::array<std::uint16_t, 3> parts;
};
struct chain {
  int value;
  std::unique_ptr<chain> next;
};

}  // namespace fuzz_types

namespace {

template <class T>
std::vector<std::byte> taken_down(const T& value) {
  weft::encoder out;
  weft::encode(out, value);
  return out.take();
}

template <class T>
void check(std::span<const std::byte> bytes) {
  weft::decoder in(bytes);
  const T value = weft::decode<T>(in);
  const auto once = taken_down(value);
  weft::decoder again(once);
  const T copy = weft::decode<T>(again);
  again.finish();
  if (taken_down(copy) != once) std::abort();
}

void check_type(std::uint8_t which, std::span<const std::byte> bytes) {
  using namespace fuzz_types;
  switch (which % 7) {
    case 0: return check<std::vector<entry>>(bytes);
    case 1: return check<chain>(bytes);
    case 2: return check<std::map<std::string, std::variant<int, std::string, std::vector<bool>>>>(bytes);
    case 3: return check<std::tuple<bool, std::filesystem::path, std::set<int>>>(bytes);
    case 4: return check<std::vector<std::vector<std::monostate>>>(bytes);
    case 5: return check<std::optional<std::unique_ptr<std::pair<char, std::u16string>>>>(bytes);
    default: break;
  }
  weft::decoder in(bytes);
  if (!weft::detail::decode_error(in)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    check_type(data[0], std::as_bytes(std::span(data + 1, size - 1)));
  } catch (const weft::codec_error&) {
    return 0;
  }
  return 0;
}
