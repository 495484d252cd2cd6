#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weft::chat_app::secure {

/// The half of a stream that receives: fragments in any order and number, messages in order and once.
/// Cost: holds at most `max_ahead` fragments beside the message that is being put together.
class reliable_receiver {
 public:
  static constexpr std::size_t max_ahead = 64;
  static constexpr std::size_t max_message = 256 * 1024;  ///< bytes; nothing behind a longer one is taken

  /// Begins a stream, of which fragments from `base` on are sent.
  void begin(std::uint64_t stream, std::uint64_t base);
  std::uint64_t stream() const { return stream_; }
  bool has_begun() const { return begun_; }

  /// Gives the messages that it completes.
  std::vector<std::string> take(std::uint64_t number, bool is_last, std::string bytes);

  std::uint64_t first_missing() const { return next_; }
  /// Bit i: first_missing() + 1 + i is there.
  std::uint64_t beyond() const;
  /// The peer sends a message without end.
  bool is_broken() const { return partial_.size() > max_message; }

 private:
  struct fragment {
    bool is_last;
    std::string bytes;
  };

  std::uint64_t stream_ = 0;
  bool begun_ = false;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, fragment> ahead_;  // behind next_, not itself
  std::string partial_;
};

}  // namespace weft::chat_app::secure
