// Bytes that decode are a value: what it is taken down as decodes again, to the same bytes. No address leads anywhere but to
// a task.

#include <weft/pool/codec.hpp>
#include <weft/pool/process_start.hpp>
#include <weft/pool/wire_error.hpp>
#include <weft/pool/worker_setup.hpp>

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
/// With a function of cereal's shape.
struct saved {
  std::vector<int> numbers;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers, text);
  }
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

/// Of a message between a pool and its workers: the address in it is looked up as a worker does.
template <class T, class F>
void check_address(std::span<const std::byte> bytes, F address) {
  check<T>(bytes);
  weft::decoder in(bytes);
  const weft::detail::task_address at = address(weft::decode<T>(in));
  if (const auto* task = weft::detail::find_task(at); task != nullptr && task->self != task) std::abort();
  static_cast<void>(weft::detail::find_code(at));
}

void check_type(std::uint8_t which, std::span<const std::byte> bytes) {
  using namespace fuzz_types;
  switch (which % 11) {
    case 0: return check<std::vector<entry>>(bytes);
    case 1: return check<chain>(bytes);
    case 2: return check<std::map<std::string, std::variant<int, std::string, std::vector<bool>>>>(bytes);
    case 3: return check<std::tuple<bool, std::filesystem::path, std::set<int>>>(bytes);
    case 4: return check<std::vector<std::vector<std::monostate>>>(bytes);
    case 5: return check<std::optional<std::unique_ptr<std::pair<char, std::u16string>>>>(bytes);
    case 6: {
      weft::decoder in(bytes);
      if (!weft::detail::decode_error(in)) std::abort();
      return;
    }
    case 7: return check_address<weft::detail::task_start>(bytes, [](const auto& start) { return start.at; });
    case 8: return check_address<weft::detail::process_start>(bytes, [](const auto& start) { return start.task; });
    case 9: return check_address<weft::detail::worker_setup>(bytes, [](const auto& setup) { return setup.init; });
    default: return check<std::vector<saved>>(bytes);
  }
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
