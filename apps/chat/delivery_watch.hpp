#pragma once

#include <map>
#include <vector>

#include "chat/chat_event.hpp"

namespace weft::chat_app {

/// What becomes of one message at each of its peers, for an exit code.
class delivery_watch {
 public:
  /// What counts as having arrived: datagrams of a mode without receipts are `sent`.
  enum class proof { sent, delivered };

  delivery_watch(message_id id, const std::vector<endpoint>& to, proof wanted);

  void note(const chat_event& event);
  /// Two of the peers are one, at `kept`.
  void unite(const endpoint& gone, const endpoint& kept);
  /// Every peer has it.
  bool has_arrived() const;
  /// A peer does not get it any more.
  bool has_failed() const;
  /// A peer has refused it, or is not who it should be.
  bool is_refused() const { return refused_; }

 private:
  enum class fate { open, arrived, failed };

  message_id id_;
  proof wanted_;
  std::map<endpoint, fate> fates_;
  bool refused_ = false;
};

}  // namespace weft::chat_app
