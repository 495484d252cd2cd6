#include <weft/pool/shared_buffer.hpp>

#include <weft/pool/memory_file.hpp>

namespace weft {

shared_buffer::shared_buffer(std::size_t size) {
  if (size != 0) *this = shared_buffer(detail::make_shared_file("weft-buffer", size));
}

shared_buffer::shared_buffer(detail::unique_fd file) {
  const std::size_t size = detail::size_of(file);
  detail::shared_mapping mapping(file, size);
  block_ = std::make_shared<const block>(block{std::move(file), size, std::move(mapping)});
}

void codec<shared_buffer>::encode(encoder& to, const shared_buffer& value) {
  weft::encode(to, value.size() != 0);
  if (value.block_) to.attach(value.block_->file);
}

shared_buffer codec<shared_buffer>::decode(decoder& from) {
  if (!weft::decode<bool>(from)) return {};
  return shared_buffer(from.take_file());
}

}  // namespace weft
