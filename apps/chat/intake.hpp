#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "chat/endpoint.hpp"
#include "chat/token_bucket.hpp"

namespace weft::chat_app {

struct intake_options {
  double rate = 20;  ///< of a source; strangers have ten times that among all of them
  double burst = 40;
  std::size_t max_sources = 1024;
};

/// Keeps a flood from the screen: so many messages a second from each source, the others are counted. Sources are easily
/// forged: those of strangers are bounded together, too.
/// Cost: bounded by `max_sources`; when there are more, those that do not fit share one bucket.
class intake {
 public:
  struct excess {
    std::optional<endpoint> from;  ///< none: others
    std::size_t dropped;
  };

  explicit intake(intake_options options = {});

  /// Whether a message from there may be shown.
  bool admit(const endpoint& from, time_point now);
  bool admit_stranger(const endpoint& from, time_point now);
  /// What was dropped since the last call, at most once a second; empty: nothing to say.
  std::vector<excess> summary(time_point now);
  /// When summary() has something to say; time_point::max(): nothing was dropped.
  time_point next_summary() const;

 private:
  struct source {
    token_bucket bucket;
    std::size_t dropped = 0;
    time_point last_seen{};
  };

  bool turn_away(source& sender, time_point now);
  source& find(const endpoint& from, time_point now);
  void forget_idle(time_point now);

  intake_options options_;
  std::map<endpoint, source> sources_;
  source others_;
  token_bucket strangers_;
  time_point last_summary_ = time_point::min();
  bool has_excess_ = false;
};

}  // namespace weft::chat_app
