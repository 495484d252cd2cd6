#pragma once

#include <weft/core/time.hpp>

namespace weft::chat_app {

/// How often something may happen: `rate` times a second, `burst` times at once.
class token_bucket {
 public:
  token_bucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

  /// Whether it may happen at this moment; then it has happened.
  bool take(time_point now);
  /// When take() is going to be true, if nothing happens before.
  time_point ready_at(time_point now);

 private:
  void fill(time_point now);

  double rate_;
  double burst_;
  double tokens_;
  time_point filled_ = time_point::min();
};

}  // namespace weft::chat_app
