#include "chat/secure/reliable_receiver.hpp"

#include <utility>

namespace weft::chat_app::secure {

void reliable_receiver::begin(std::uint64_t stream, std::uint64_t base) {
  stream_ = stream;
  begun_ = true;
  next_ = base;
  ahead_.clear();
  partial_.clear();
}

std::vector<std::string> reliable_receiver::take(std::uint64_t number, bool is_last, std::string bytes) {
  std::vector<std::string> messages;
  if (number < next_ || number - next_ > max_ahead || is_broken()) return messages;
  ahead_.try_emplace(number, fragment{is_last, std::move(bytes)});
  for (auto first = ahead_.begin(); first != ahead_.end() && first->first == next_; first = ahead_.begin()) {
    partial_ += first->second.bytes;
    if (first->second.is_last) messages.push_back(std::exchange(partial_, {}));
    ahead_.erase(first);
    ++next_;
  }
  return messages;
}

std::uint64_t reliable_receiver::beyond() const {
  std::uint64_t bits = 0;
  for (const auto& [number, ignored] : ahead_) {
    const auto place = number - next_ - 1;
    if (place < 64) bits |= std::uint64_t{1} << place;
  }
  return bits;
}

}  // namespace weft::chat_app::secure
