#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chat/secure/bytes.hpp"

namespace weft::chat_app::secure {

/// A pair of X25519 keys. The secret is cleared when it ends.
struct key_pair {
  key_bytes secret{};
  key_bytes open{};

  key_pair() = default;
  key_pair(const key_pair&) = default;
  key_pair& operator=(const key_pair&) = default;
  ~key_pair();

  static key_pair random();
  static key_pair of_secret(const key_bytes& secret);
};

/// Encrypts with ChaCha20-Poly1305 (RFC 8439) under Noise's nonce: four zero bytes and `counter` in little-endian.
std::string seal(const key_bytes& key, std::uint64_t counter, std::string_view associated, std::string_view text);
/// Nothing when it is not authentic.
std::optional<std::string> unseal(const key_bytes& key, std::uint64_t counter, std::string_view associated,
                                  std::string_view sealed);

/// Bytes that a seal adds.
inline constexpr std::size_t seal_size = 16;

/// What two parties have in the end: a key for each direction, and a hash of all that was said, for channel binding.
struct session_keys {
  key_bytes send;
  key_bytes receive;
  std::string hash;
};

/// What both have to bring along alike, or their handshake fails.
struct handshake_terms {
  std::string prologue;
  std::optional<key_bytes> shared_key = {};  ///< pre-shared; none: the keys of the handshake are enough
};

/// Noise_XX_25519_ChaChaPoly_BLAKE2b, and with a pre-shared key Noise_XXpsk3_25519_ChaChaPoly_BLAKE2b (The Noise
/// Protocol Framework, revision 34): each learns the other's static key, encrypted; three messages, the first by the
/// initiator.
///
/// Once read() gave nothing the handshake is over.
class handshake {
 public:
  enum class role { initiator, responder };

  /// `ephemeral` is for test vectors; none: a random one.
  handshake(role which, const key_pair& own, const handshake_terms& terms,
            const key_pair& ephemeral = key_pair::random());

  /// The payload of a first message, as far as it can be told under these terms: with a pre-shared key, only of one that
  /// is authentic. Cost: a few hashes, so that anyone's can be judged.
  static std::optional<std::string> first_payload(const handshake_terms& terms, std::string_view message);

  /// The next own message with `payload` in it.
  std::string write(std::string_view payload);
  /// The payload of the peer's next message; nothing when it is not authentic.
  std::optional<std::string> read(std::string_view message);

  bool is_done() const { return step_ == 3; }
  /// The peer's static key, once a message with it was read.
  const key_bytes& peer_key() const { return peer_static_; }
  /// Precondition: is_done().
  session_keys split() const;

 private:
  void mix_hash(std::string_view data);
  void mix_key(const key_bytes& input);
  void mix_ephemeral(std::string_view open);
  void mix_shared_key();
  bool mix_secret(const key_bytes& secret, const key_bytes& open);
  std::string encrypt_and_hash(std::string_view text);
  std::optional<std::string> decrypt_and_hash(std::string_view sealed);
  std::optional<std::string> read_checked(std::string_view message);
  std::optional<std::string> read_first(std::string_view message);

  role role_;
  key_pair static_;
  key_pair ephemeral_;
  std::optional<key_bytes> shared_key_;
  key_bytes peer_static_{};
  key_bytes peer_ephemeral_{};
  std::string hash_;
  std::string chaining_key_;
  std::optional<key_bytes> key_;
  std::uint64_t counter_ = 0;
  int step_ = 0;  // messages written and read
  bool broken_ = false;
};

}  // namespace weft::chat_app::secure
