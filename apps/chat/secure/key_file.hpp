#pragma once

#include <map>
#include <optional>
#include <string>

#include "chat/secure/noise.hpp"

namespace weft::chat_app::secure {

/// The own key in the file; a missing one is made, with a random key and mode 0600, and folders above it with 0700.
/// The file holds the secret key in base64 in one line.
/// Errors: boost::system::system_error "cannot open 'x'"; std::runtime_error for a file that is no key, or that others
/// may read.
key_pair load_or_make_key(const std::string& path);

/// The pre-shared key in the file: 32 bytes in base64, one line, as `head -c 32 /dev/urandom | base64` writes it.
/// Errors: as load_or_make_key(); a missing file, too.
key_bytes load_shared_key(const std::string& path);

/// base64 without padding characters of its own: 44 characters.
std::string key_text(const key_bytes& key);
std::optional<key_bytes> parse_key(std::string_view text);

/// Which key belongs to which peer: a file with a line "host:port key" for each, which only grows. Upper and lower case
/// make no difference in a host's name.
class known_peers {
 public:
  /// A missing file is an empty one.
  /// Errors: as load_or_make_key(); std::runtime_error naming a line that is none.
  explicit known_peers(std::string path);

  std::optional<key_bytes> find(const std::string& name) const;
  bool has_key(const key_bytes& key) const;
  /// Also at the end of the file. Errors: boost::system::system_error.
  void add(const std::string& name, const key_bytes& key);

 private:
  std::string path_;
  std::map<std::string, key_bytes> keys_;
};

}  // namespace weft::chat_app::secure
