// A head read in one piece and the same head read in two must be judged alike, whatever the bytes.

#include <weft/http/error.hpp>
#include <weft/http/gate.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

enum class verdict { incomplete, refused, complete };

struct outcome {
  verdict result = verdict::incomplete;
  std::size_t size = 0;
  std::size_t fields = 0;
  friend bool operator==(const outcome&, const outcome&) = default;
};

template <class Head>
outcome judge(std::string_view bytes, std::size_t split, weft::http::head_rules rules) {
  weft::http::head_gate gate(weft::http::head_limits::server(), rules);
  Head head;
  outcome seen;
  try {
    auto size = gate.read(bytes.substr(0, split), head);
    if (!size) size = gate.read(bytes, head);
    if (size) seen = {verdict::complete, *size, head.fields.size()};
  } catch (const weft::http::error&) {
    seen.result = verdict::refused;
  }
  return seen;
}

template <class Head>
void compare(std::string_view bytes, std::size_t split, weft::http::head_rules rules) {
  if (judge<Head>(bytes, bytes.size(), rules) != judge<Head>(bytes, split, rules)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t split = data[0] % bytes.size();
  compare<weft::http::response_head>(bytes, split, weft::http::head_rules::tolerant);
  compare<weft::http::response_head>(bytes, split, weft::http::head_rules::strict);
  compare<weft::http::request_head>(bytes, split, weft::http::head_rules::strict);
  return 0;
}
