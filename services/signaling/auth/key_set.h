// The keys that tokens may be signed with, as a file or a URL gives them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/signaling/auth/jwk.h"

namespace signaling::auth {

inline constexpr std::size_t kMaxKeySetBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxKeys = 100;
// Of one algorithm: a token that names none is tried with each.
inline constexpr std::size_t kMaxKeysWithoutKid = 8;

// Immutable, and so thread-safe.
class KeySet {
 public:
  // A JWKS, a JWK, or (from a file) PEM. INVALID_ARGUMENT: it is none of these, a key in it must not be there, or none is
  // usable; the error says which key, counted from 1, and never what is in it.
  static absl::StatusOr<std::shared_ptr<const KeySet>> Parse(std::string_view text,
                                                             KeySource source);

  std::span<const Key> keys() const { return keys_; }
  // Of kinds and for uses that are not ours.
  std::size_t skipped() const { return skipped_; }
  // SHA-256 of the text: it says whether another set is the same, and nothing of what is in it.
  const std::string& digest() const { return digest_; }

 private:
  KeySet() = default;
  absl::Status Add(const std::vector<const json_t*>& jwks, KeySource source);
  absl::Status CheckClashes() const;

  // Constant after construction.
  std::vector<Key> keys_;
  std::size_t skipped_ = 0;
  std::string digest_;
};

// Reads a regular file of at most kMaxKeySetBytes. The error begins with the path.
absl::StatusOr<std::shared_ptr<const KeySet>> ReadKeyFile(const std::string& path);

}  // namespace signaling::auth
