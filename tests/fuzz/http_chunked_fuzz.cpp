// A chunked body decoded in one piece and byte by byte gives the same bytes and the same verdict.

#include <weft/http/chunked.hpp>
#include <weft/http/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

namespace {

struct outcome {
  std::vector<std::byte> body;
  bool done = false;
  bool refused = false;
  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome decode(std::span<const std::byte> input, std::size_t piece) {
  weft::http::chunked_decoder decoder;
  outcome seen;
  std::vector<std::byte> output(std::max<std::size_t>(piece, 1));
  try {
    while (!input.empty() && !decoder.done()) {
      const auto made = decoder.decode(input.first(std::min(piece, input.size())), output);
      if (made.produced > output.size() || made.consumed > input.size()) std::abort();
      seen.body.insert(seen.body.end(), output.begin(), output.begin() + static_cast<std::ptrdiff_t>(made.produced));
      if (made.consumed == 0 && made.produced == 0) std::abort();
      input = input.subspan(made.consumed);
    }
  } catch (const weft::http::error&) {
    seen.refused = true;
    seen.body.clear();
  }
  seen.done = decoder.done();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  if (decode(input, size + 1) != decode(input, 1)) std::abort();
  return 0;
}
