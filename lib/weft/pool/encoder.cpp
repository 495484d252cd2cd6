#include <weft/pool/encoder.hpp>

namespace weft {

std::vector<std::span<const std::byte>> encoder::pieces() const {
  std::vector<std::span<const std::byte>> all;
  all.reserve(lent_.size() * 2 + 1);
  const std::span<const std::byte> own(buffer_);
  std::size_t done = 0;
  for (const loan& lent : lent_) {
    if (lent.at != done) all.push_back(own.subspan(done, lent.at - done));
    all.push_back(lent.block);
    done = lent.at;
  }
  if (done != own.size()) all.push_back(own.subspan(done));
  return all;
}

void encoder::write_to(std::byte* to) const noexcept {
  std::size_t done = 0;
  const auto put = [&](const std::byte* from, std::size_t size) {
    if (size != 0) std::memcpy(to, from, size);
    to += size;
  };
  for (const loan& lent : lent_) {
    put(buffer_.data() + done, lent.at - done);
    put(lent.block.data(), lent.block.size());
    done = lent.at;
  }
  put(buffer_.data() + done, buffer_.size() - done);
}

std::vector<std::byte> encoder::take() {
  if (lent_.empty()) return std::exchange(buffer_, {});
  std::vector<std::byte> all(size());
  write_to(all.data());
  clear();
  return all;
}

void encoder::clear() noexcept {
  buffer_.clear();
  lent_.clear();
  lent_size_ = 0;
  files_.clear();
}

}  // namespace weft
