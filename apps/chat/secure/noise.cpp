#include "chat/secure/noise.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace weft::chat_app::secure {
namespace {

constexpr std::size_t hash_size = 64;
constexpr std::size_t block_size = 128;
constexpr std::string_view plain_name = "Noise_XX_25519_ChaChaPoly_BLAKE2b";
constexpr std::string_view shared_name = "Noise_XXpsk3_25519_ChaChaPoly_BLAKE2b";

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// libsodium chooses its implementation once.
void prepare() {
  static const int ready = ::sodium_init();
  if (ready < 0) throw std::runtime_error("libsodium cannot be used");
}

std::string hash_of(std::string_view data) {
  std::string out(hash_size, '\0');
  ::crypto_generichash(bytes_of(out), out.size(), bytes_of(data), data.size(), nullptr, 0);
  return out;
}

/// RFC 2104 over BLAKE2b, as Noise wants it.
std::string hmac(std::string_view key, std::string_view data) {
  std::string inner(block_size, '\x36');
  std::string outer(block_size, '\x5c');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return hash_of(outer + hash_of(inner.append(data)));
}

struct derived {
  std::string first;
  std::string second;
  std::string third;
};

derived derive(std::string_view chaining_key, std::string_view input) {
  const auto secret = hmac(chaining_key, input);
  auto first = hmac(secret, std::string(1, '\x01'));
  auto second = hmac(secret, first + '\x02');
  auto third = hmac(secret, second + '\x03');
  return {std::move(first), std::move(second), std::move(third)};
}

key_bytes key_of(std::string_view bytes) {
  key_bytes key{};
  std::copy_n(bytes_of(bytes), key.size(), key.begin());
  return key;
}

std::array<unsigned char, 12> nonce_of(std::uint64_t counter) {
  std::array<unsigned char, 12> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<unsigned char>(counter >> (8 * i));
  return nonce;
}

}  // namespace

key_pair::~key_pair() { ::sodium_memzero(secret.data(), secret.size()); }

key_pair key_pair::of_secret(const key_bytes& secret) {
  prepare();
  key_pair pair;
  pair.secret = secret;
  ::crypto_scalarmult_base(pair.open.data(), secret.data());
  return pair;
}

key_pair key_pair::random() {
  prepare();
  key_bytes secret{};
  ::randombytes_buf(secret.data(), secret.size());
  return of_secret(secret);
}

std::string seal(const key_bytes& key, std::uint64_t counter, std::string_view associated, std::string_view text) {
  const auto nonce = nonce_of(counter);
  std::string out(text.size() + seal_size, '\0');
  ::crypto_aead_chacha20poly1305_ietf_encrypt(bytes_of(out), nullptr, bytes_of(text), text.size(), bytes_of(associated),
                                              associated.size(), nullptr, nonce.data(), key.data());
  return out;
}

std::optional<std::string> unseal(const key_bytes& key, std::uint64_t counter, std::string_view associated,
                                  std::string_view sealed) {
  if (sealed.size() < seal_size) return std::nullopt;
  const auto nonce = nonce_of(counter);
  std::string out(sealed.size() - seal_size, '\0');
  const int wrong =
      ::crypto_aead_chacha20poly1305_ietf_decrypt(bytes_of(out), nullptr, nullptr, bytes_of(sealed), sealed.size(),
                                                  bytes_of(associated), associated.size(), nonce.data(), key.data());
  if (wrong != 0) return std::nullopt;
  return out;
}

handshake::handshake(role which, const key_pair& own, const handshake_terms& terms, const key_pair& ephemeral)
    : role_(which), static_(own), ephemeral_(ephemeral), shared_key_(terms.shared_key) {
  prepare();
  hash_ = std::string(shared_key_ ? shared_name : plain_name);
  hash_.resize(hash_size, '\0');
  chaining_key_ = hash_;
  mix_hash(terms.prologue);
}

std::optional<std::string> handshake::first_payload(const handshake_terms& terms, std::string_view message) {
  return handshake(role::responder, key_pair(), terms, key_pair()).read_first(message);
}

void handshake::mix_hash(std::string_view data) { hash_ = hash_of(hash_.append(data)); }

void handshake::mix_key(const key_bytes& input) {
  auto next = derive(chaining_key_, text_of(input));
  chaining_key_ = std::move(next.first);
  key_ = key_of(next.second);
  counter_ = 0;
}

/// Section 9.2: who has a pre-shared key mixes ephemeral keys into the chaining key, too.
void handshake::mix_ephemeral(std::string_view open) {
  mix_hash(open);
  if (shared_key_) mix_key(key_of(open));
}

/// The token psk (MixKeyAndHash).
void handshake::mix_shared_key() {
  auto next = derive(chaining_key_, text_of(*shared_key_));
  chaining_key_ = std::move(next.first);
  mix_hash(next.second);
  key_ = key_of(next.third);
  counter_ = 0;
}

/// False for a public key that gives no secret (all zero: of low order).
bool handshake::mix_secret(const key_bytes& secret, const key_bytes& open) {
  key_bytes shared{};
  if (::crypto_scalarmult(shared.data(), secret.data(), open.data()) != 0) return false;
  mix_key(shared);
  ::sodium_memzero(shared.data(), shared.size());
  return true;
}

std::string handshake::encrypt_and_hash(std::string_view text) {
  auto sealed = key_ ? seal(*key_, counter_++, hash_, text) : std::string(text);
  mix_hash(sealed);
  return sealed;
}

std::optional<std::string> handshake::decrypt_and_hash(std::string_view sealed) {
  auto text = key_ ? unseal(*key_, counter_++, hash_, sealed) : std::optional(std::string(sealed));
  if (text) mix_hash(sealed);
  return text;
}

std::string handshake::write(std::string_view payload) {
  std::string out;
  bool fine = !broken_;
  if (step_ == 0 || step_ == 1) {
    out += text_of(ephemeral_.open);
    mix_ephemeral(text_of(ephemeral_.open));
  }
  if (step_ == 1) {
    fine = fine && mix_secret(ephemeral_.secret, peer_ephemeral_);
    out += encrypt_and_hash(text_of(static_.open));
    fine = fine && mix_secret(static_.secret, peer_ephemeral_);
  }
  if (step_ == 2) {
    out += encrypt_and_hash(text_of(static_.open));
    fine = fine && mix_secret(static_.secret, peer_ephemeral_);
    if (shared_key_) mix_shared_key();
  }
  if (!fine) throw std::logic_error("a handshake that failed cannot go on");
  out += encrypt_and_hash(payload);
  ++step_;
  return out;
}

std::optional<std::string> handshake::read(std::string_view message) {
  auto payload = broken_ ? std::nullopt : read_checked(message);
  if (!payload) broken_ = true;
  return payload;
}

std::optional<std::string> handshake::read_first(std::string_view message) {
  byte_reader reader(message);
  const auto key = reader.take(peer_ephemeral_.size());
  if (reader.is_broken()) return std::nullopt;
  peer_ephemeral_ = key_of(key);
  mix_ephemeral(key);
  return decrypt_and_hash(reader.rest());
}

std::optional<std::string> handshake::read_checked(std::string_view message) {
  if (step_ == 0) {
    auto payload = read_first(message);
    ++step_;
    // The own ephemeral secret may be of low order with the key that was just read: known before it is answered.
    key_bytes shared{};
    if (::crypto_scalarmult(shared.data(), ephemeral_.secret.data(), peer_ephemeral_.data()) != 0) return std::nullopt;
    return payload;
  }
  byte_reader reader(message);
  if (step_ == 1) {
    const auto key = reader.take(peer_ephemeral_.size());
    if (reader.is_broken()) return std::nullopt;
    peer_ephemeral_ = key_of(key);
    mix_ephemeral(key);
  }
  if (step_ == 1 && !mix_secret(ephemeral_.secret, peer_ephemeral_)) return std::nullopt;
  if (step_ == 1 || step_ == 2) {
    const auto sealed = reader.take(peer_static_.size() + seal_size);
    if (reader.is_broken()) return std::nullopt;
    const auto key = decrypt_and_hash(sealed);
    if (!key) return std::nullopt;
    peer_static_ = key_of(*key);
    // es for the initiator, se for the responder: his own ephemeral and the peer's static key either way.
    if (!mix_secret(ephemeral_.secret, peer_static_)) return std::nullopt;
  }
  if (step_ == 2 && shared_key_) mix_shared_key();
  auto payload = decrypt_and_hash(reader.rest());
  ++step_;
  return payload;
}

session_keys handshake::split() const {
  const auto keys = derive(chaining_key_, {});
  const auto first = key_of(keys.first);
  const auto second = key_of(keys.second);
  const bool initiates = role_ == role::initiator;
  return {initiates ? first : second, initiates ? second : first, hash_};
}

}  // namespace weft::chat_app::secure
