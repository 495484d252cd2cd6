#include "chat/history.hpp"

namespace weft::chat_app {

void history::add(const std::string& line) {
  back_ = 0;
  if (line.empty() || (!lines_.empty() && lines_.back() == line)) return;
  lines_.push_back(line);
  if (lines_.size() > limit) lines_.pop_front();
}

std::string history::older(const std::string& shown) {
  if (back_ == lines_.size()) return shown;
  if (back_ == 0) typed_ = shown;
  ++back_;
  return lines_[lines_.size() - back_];
}

std::string history::newer(const std::string& shown) {
  if (back_ == 0) return shown;
  --back_;
  return back_ == 0 ? typed_ : lines_[lines_.size() - back_];
}

}  // namespace weft::chat_app
